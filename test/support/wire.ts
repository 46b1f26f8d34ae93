import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';

/** A line to a server that can be cut or fall silent once so many bytes have come back over it. */
export interface Wire {
  port: number;
  /** From now on; null mends it. */
  fail(after: { bytes: number; how: 'cut' | 'silent' } | null): void;
  close(): Promise<void>;
}

/** @param tls what it shows to who comes; the server behind it hears plain words. `asked`: only once TLS was asked for, as PostgreSQL's clients do */
export async function startWire(port: number, tls?: { key: string; cert: string; asked?: boolean }): Promise<Wire> {
  const sockets = new Set<Socket>();
  let plan: { bytes: number; how: 'cut' | 'silent' } | null = null;
  const joined = (near: Socket): void => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => { sockets.delete(socket); near.destroy(); far.destroy(); });
    }
    near.pipe(far);
    far.on('data', (data) => {
      if (plan !== null && (plan.bytes -= data.length) < 0) {
        if (plan.how === 'cut') tls === undefined ? near.resetAndDestroy() : near.destroy();
      } else if (!near.write(data)) far.pause();
    });
    near.on('drain', () => far.resume());
  };
  const asked = (near: Socket): void => void near.once('data', () => {
    near.pause();
    near.write('S');
    joined(new TLSSocket(near.on('error', () => undefined), { isServer: true, ...tls }));
  });
  const server = tls === undefined ? createServer(joined) : tls.asked === true ? createServer(asked) : createTlsServer(tls, joined);
  // Who refuses the certificate ends the connection.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    fail(after) { plan = after && { ...after }; },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
