import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext, type Connection } from 'ssh2';
import { fingerprintOf, keyPair } from './openssh.js';

/** An SFTP server with an empty folder that lets in by a password. OpenSSH asks only the machine's own accounts for theirs, which a test has none of. */
export interface PasswordSftp { port: number; hostKey: string; stop(): Promise<void> }

/** @param by the one method it takes: the password as it is, or asked for at a prompt */
export async function startPasswordSftp(password: string, by: 'password' | 'keyboard-interactive'): Promise<PasswordSftp> {
  const host = keyPair();
  const clients = new Set<Connection>();
  const admit = (context: AuthContext, right: boolean): void => (right ? context.accept() : context.reject([by]));
  const server = new ssh2.Server({ hostKeys: [host.private] }, (client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    client.on('authentication', (context) => {
      if (context.method === 'keyboard-interactive' && by === context.method) context.prompt([{ prompt: '口令: ', echo: false }], (answers) => admit(context, answers[0] === password));
      else admit(context, context.method === 'password' && by === context.method && context.password === password);
    });
    client.on('ready', () => client.on('session', (accept) => accept().on('sftp', (open) => {
      const sftp = open();
      const { OK, EOF } = ssh2.utils.sftp.STATUS_CODE;
      sftp.on('OPENDIR', (id) => sftp.handle(id, Buffer.from('dir'))).on('READDIR', (id) => sftp.status(id, EOF)).on('CLOSE', (id) => sftp.status(id, OK));
    })));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port, hostKey: fingerprintOf(host.public),
    async stop() {
      for (const client of clients) client.end();
      await new Promise((done) => server.close(done));
    },
  };
}
