import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { contextOf, manifestOf, outcomes, take, takeAll } from '../../../../test/support/drops.js';
import { fingerprintOf, keyPair, startOpenSsh, type OpenSsh } from '../../../../test/support/openssh.js';
import { startPasswordSftp } from '../../../../test/support/password-sftp.js';
import { startWire, type Wire } from '../../../../test/support/wire.js';
import { openSftp } from './sftp.js';
import type { Arrival, Transport } from './transport.js';
import { transportOf } from './transports.js';

const LONG = 300_000;
let server: OpenSsh | undefined;
let wire: Wire;
beforeAll(async () => {
  server = await startOpenSsh();
  if (server) wire = await startWire(server.port);
}, LONG);
afterAll(async () => {
  await wire?.close();
  await server?.stop();
});
beforeEach(() => {
  for (const name of server ? readdirSync(server.folder) : []) rmSync(join(server!.folder, name), { recursive: true });
  wire?.fail(null);
});

const put = (name: string, bytes: Buffer | string): void => {
  writeFileSync(join(server!.folder, name), bytes);
  server!.hand(join(server!.folder, name));
};
function lay(file: string, bytes: Buffer | string, lies: Record<string, unknown> = {}): void {
  put(file, bytes);
  put(`${file}.manifest.json`, manifestOf(file, bytes, lies));
}

async function opened(options: Record<string, unknown> = {}, key?: string): Promise<Transport> {
  const { user, folder, hostKey } = server!;
  const context = await contextOf({ kind: 'sftp', host: '127.0.0.1', port: wire.port, user, folder, hostKey, credential: 'drop', ...options }, { drop: key ?? server!.key });
  return transportOf(context.contract).open(context);
}

async function look(options: Record<string, unknown> = {}, key?: string) {
  const transport = await opened(options, key);
  try {
    return await takeAll(transport);
  } finally {
    await transport.close();
  }
}

/** The rule of what a look ends with, when it tells cause and cure in both languages. */
async function ruleOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(() => 'no fault', (reason: unknown) => reason);
  expect(error).toBeInstanceOf(HubError);
  const { text, hint, details } = error as HubError;
  for (const words of [text, hint!]) expect(words).toEqual({ zh: expect.stringMatching(/[\u4e00-\u9fff]/), en: expect.stringMatching(/[a-z]{3}/) });
  expect(JSON.stringify(error)).not.toContain('PRIVATE KEY');
  return (details as { rule: string }).rule;
}

/** Where no OpenSSH server can be had the rest says so and proves nothing. */
function onServer(title: string, test: () => Promise<void>): void {
  it(title, async () => {
    if (!server) return void process.stderr.write('skipped: no OpenSSH server (openssh-server of Debian or Ubuntu)\n');
    await test();
  }, LONG);
}

describe('an SFTP server with deliveries', () => {
  onServer('gives files with their manifests, whole, oldest first; others wait', async () => {
    const big = Buffer.alloc(5_300_001, 'abcdefghijklm\n');
    lay('b-20250602.csv', 'b');
    lay('a-20250601.csv', big);
    lay('empty-20250603.csv', '');
    put('c-20250601.csv', 'half');
    const { taken, look: end } = await look();
    expect(outcomes(taken)).toEqual(['a-20250601.csv taken', 'b-20250602.csv taken', 'empty-20250603.csv taken']);
    expect(taken[0].bytes?.equals(big)).toBe(true);
    expect(end).toEqual({ current: null, waiting: 1 });
    expect((await look()).taken.map(({ arrival }) => arrival.id)).toEqual(taken.map(({ arrival }) => arrival.id));
  });

  onServer('has what was accepted put away', async () => {
    lay('a-20250601.csv', 'a');
    for (const done of ['move', 'delete']) {
      lay('a-20250601.csv', 'a');
      const transport = await opened({ done });
      for await (const arrival of transport.arrivals(null, new AbortController().signal)) {
        await take(arrival);
        await arrival.accepted?.();
      }
      await transport.close();
      expect(readdirSync(server!.folder)).toEqual(['done']);
      expect(readdirSync(join(server!.folder, 'done')).map((name) => name.slice(26))).toEqual(['a-20250601.csv', 'a-20250601.csv.manifest.json']);
    }
  });

  onServer('tells what is wrong with one delivery and takes the others', async () => {
    lay('lies-20250601.csv', 'x', { bytes: 7 });
    lay('slash-20250601.csv', 'x', { file: '../slash-20250601.csv' });
    put('.elsewhere', 'x');
    lay('link-20250601.csv', 'x');
    rmSync(join(server!.folder, 'link-20250601.csv'));
    symlinkSync(join(server!.folder, '.elsewhere'), join(server!.folder, 'link-20250601.csv'));
    lay('sound-20250602.csv', 'x');
    expect(outcomes((await look()).taken)).toEqual([
      'lies-20250601.csv manifest-differs', 'link-20250601.csv manifest-differs', 'slash-20250601.csv manifest-faulty', 'sound-20250602.csv taken',
    ]);
  });

  onServer('does not give a file that was swapped since it was listed', async () => {
    lay('x-20250601.csv', 'long');
    lay('y-20250601.csv', 'long');
    for (const name of ['x', 'y']) utimesSync(join(server!.folder, `${name}-20250601.csv`), 1e9, 1e9);
    const transport = await opened();
    const { taken } = await takeAll(transport, {
      async before({ fileName }) {
        put('.new', 'same');
        if (fileName.startsWith('x')) return renameSync(join(server!.folder, '.new'), join(server!.folder, fileName));
        rmSync(join(server!.folder, fileName));
        symlinkSync('.new', join(server!.folder, fileName));
      },
    });
    await transport.close();
    expect(outcomes(taken)).toEqual(['x-20250601.csv transport-changed', 'y-20250601.csv transport-changed']);
  });
});

describe.each(['password', 'keyboard-interactive'] as const)('an SFTP server that lets in by %s', (by) => {
  it('is signed in at with the password that was entered, and with no other', async () => {
    const asks = await startPasswordSftp('口令 of the drop', by);
    try {
      const at = async (credential: string) => {
        const context = await contextOf({ kind: 'sftp', host: '127.0.0.1', port: asks.port, user: 'hub', folder: '/drop', hostKey: asks.hostKey, credential: 'drop' }, { drop: credential });
        const transport = await transportOf(context.contract).open(context);
        return takeAll(transport).finally(() => transport.close());
      };
      expect(await at('口令 of the drop')).toEqual({ taken: [], look: { current: null, waiting: 0 } });
      expect(await ruleOf(at('口令 of another'))).toBe('transport-denied');
    } finally {
      await asks.stop();
    }
  });
});

describe('an SFTP server with which something is wrong', () => {
  onServer('does not take the key, or the password, or the key is none', async () => {
    expect(await ruleOf(look({}, keyPair().private))).toBe('transport-denied');
    expect(await ruleOf(look({}, 'not-the-password'))).toBe('transport-denied');
    expect(await ruleOf(look({}, '-----BEGIN OPENSSH PRIVATE KEY-----\nnonsense\n'))).toBe('transport-denied');
  });

  onServer('is another one than agreed upon: the fault names the key it has', async () => {
    const other = fingerprintOf(keyPair().public);
    const work = look({ hostKey: other });
    expect(await ruleOf(work)).toBe('transport-denied');
    await expect(work).rejects.toMatchObject({ text: { zh: expect.stringContaining(server!.hostKey), en: expect.stringContaining(server!.hostKey) } });
  });

  onServer('has no such folder', async () => {
    expect(await ruleOf(look({ folder: `${server!.folder}/nowhere` }))).toBe('transport-source');
  });

  onServer('is gone in the middle of a file: nothing is taken, the next attempt takes it whole', async () => {
    const big = Buffer.alloc(6_000_000, 'abcdefghijklm\n');
    lay('a-20250601.csv', big);
    const transport = await opened();
    const arrivals = transport.arrivals(null, new AbortController().signal);
    const arrival = (await arrivals.next()).value as Arrival;
    wire.fail({ bytes: 2_500_000, how: 'cut' });
    const first = await take(arrival);
    expect([first.rule, (first.error as HubError).retry]).toEqual(['transport-broken', true]);
    wire.fail(null);
    expect((await take(arrival)).bytes?.equals(big)).toBe(true);
    await transport.close();
  });

  onServer('falls silent in the middle of a file', async () => {
    lay('a-20250601.csv', Buffer.alloc(6_000_000, 'x'));
    const { user, folder, hostKey, key } = server!;
    const context = await contextOf({ kind: 'sftp', host: '127.0.0.1', port: wire.port, user, folder, hostKey, credential: 'drop' }, { drop: key });
    const transport = openSftp(context, 3000);
    const arrival = (await transport.arrivals(null, new AbortController().signal).next()).value as Arrival;
    wire.fail({ bytes: 2_500_000, how: 'silent' });
    expect((await take(arrival)).rule).toBe('transport-broken');
    await transport.close();
  });

  onServer('is let go of when the fetch is stopped', async () => {
    lay('a-20250601.csv', Buffer.alloc(6_000_000, 'x'));
    const transport = await opened();
    const stop = new AbortController();
    const arrival = (await transport.arrivals(null, stop.signal).next()).value as Arrival;
    wire.fail({ bytes: 2_500_000, how: 'silent' });
    const taking = take(arrival, stop.signal);
    stop.abort(new Error('lease lost'));
    expect((await taking).error).toMatchObject({ message: 'lease lost' });
    await transport.close();
  });

  it('is down, or answers nothing, or something else', async () => {
    const other = createServer((socket) => { socket.on('error', () => undefined).resume(); });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const target = { kind: 'sftp', host: '127.0.0.1', port, user: 'hub', folder: '/in', hostKey: `SHA256:${'A'.repeat(43)}`, credential: 'drop' };
    const context = await contextOf(target, { drop: 'secret' });
    const open = () => openSftp(context, 1500).arrivals(null, new AbortController().signal).next();
    expect(await ruleOf(open())).toBe('transport-unreachable');
    other.removeAllListeners('connection').on('connection', (socket) => { socket.on('error', () => undefined).resume().end('220 ftp.example\r\n'); });
    expect(await ruleOf(open())).toBe('transport-unreachable');
    await new Promise((resolve) => other.close(resolve));
    expect(await ruleOf(open())).toBe('transport-unreachable');
  });

  it('whose password nobody has entered', async () => {
    const context = await contextOf({ kind: 'sftp', host: '127.0.0.1', user: 'hub', folder: '/in', hostKey: `SHA256:${'A'.repeat(43)}`, credential: 'drop' });
    await expect(openSftp(context).arrivals(null, new AbortController().signal).next()).rejects.toMatchObject({ details: { rule: 'credential-missing' } });
  });
});
