import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { EventStream } from './event-stream.js';

it('drops a reader that does not read, and keeps no more than a bound for it', async () => {
  const instance = fastify();
  let stream!: EventStream;
  let ends = 0;
  let waiting: () => number = () => 0;
  const opened = new Promise<void>((resolve) => {
    instance.get('/', (request, reply) => {
      stream = new EventStream(request, reply, () => { ends++; });
      waiting = () => reply.raw.writableLength;
      resolve();
    });
  });
  await instance.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((instance.server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined).pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await opened;
  let most = 0;
  while (!stream.ended) {
    stream.send('progress', 'x'.repeat(10_000));
    most = Math.max(most, waiting());
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBeLessThan(300 * 1024);
  stream.send('state', {}, 1);
  stream.end();
  expect(ends).toBe(1);
  socket.resume();
  await once(socket, 'close');
  await instance.close();
});
