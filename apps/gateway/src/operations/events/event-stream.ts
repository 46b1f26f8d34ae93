import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes a reader may lag behind; who lags further is let go and comes back with the id it saw last. */
const MOST_WAITING = 256 * 1024;

/** One reader of Server-Sent Events. Never keeps more than the socket's own queue, and that within a bound. */
export class EventStream {
  private over = false;

  /** Takes the reply over from Fastify; `onEnd` is called once, whoever ended it. */
  constructor(request: FastifyRequest, private readonly reply: FastifyReply, private readonly onEnd: () => void) {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer',
    });
    reply.raw.on('error', () => { this.drop(); });
    reply.raw.on('close', () => { this.finish(); });
    request.raw.socket.setNoDelay(true);
    this.write('retry: 1000\n\n');
  }

  get ended(): boolean {
    return this.over;
  }

  /** `id` is what Last-Event-ID goes on from; progress, which the next word replaces, has none. */
  send(event: string, data: unknown, id?: number): void {
    this.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** A comment, so that whoever stands between keeps the connection open. */
  beat(): void {
    this.write(': \n\n');
  }

  end(): void {
    if (this.over) return;
    this.reply.raw.end();
    this.finish();
  }

  private write(text: string): void {
    if (this.over) return;
    this.reply.raw.write(text);
    if (this.reply.raw.writableLength > MOST_WAITING) this.drop();
  }

  private drop(): void {
    this.reply.raw.destroy();
    this.finish();
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.onEnd();
  }
}
