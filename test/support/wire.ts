import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a server that can be cut or fall silent once so many bytes have come back over it. */
export interface Wire {
  port: number;
  /** From now on; null mends it. */
  fail(after: { bytes: number; how: 'cut' | 'silent' } | null): void;
  close(): Promise<void>;
}

export async function startWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let plan: { bytes: number; how: 'cut' | 'silent' } | null = null;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => { sockets.delete(socket); near.destroy(); far.destroy(); });
    }
    near.pipe(far);
    far.on('data', (data) => {
      if (plan !== null && (plan.bytes -= data.length) < 0) {
        if (plan.how === 'cut') near.resetAndDestroy();
      } else if (!near.write(data)) far.pause();
    });
    near.on('drain', () => far.resume());
  });
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
