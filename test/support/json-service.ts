import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface JsonServiceParts {
  rows?: readonly unknown[];
  /** Business time as it stands in every page. */
  asOf?: string;
  /** Of the whole content, on every page; answers If-None-Match. */
  etag?: boolean;
  tls?: { key: string; cert: string };
  gzip?: boolean;
  /** The Authorization header or another one asked for. */
  requires?: { header: string; value: string };
  /** Client credentials: `/token` gives tokens, rows want a live one. */
  client?: { id: string; secret: string };
  /** The column that says when a row changed; with it `since` is understood. */
  stamp?: string;
}

/** One request for a page. */
export interface Ask { nth: number; url: URL; cursor: string | null; headers: IncomingMessage['headers'] }

/** What happens instead of the page: another answer, or the connection is cut before it or in the middle of it. */
export type Mishap = { status: number; headers?: Record<string, string>; body?: string | Buffer } | 'dropped' | 'cut' | 'silent';

/** A supplier's service as they are: pages by cursor, ETag, tokens, limits; and everything that goes wrong with them. */
export class JsonService {
  readonly asked: Ask[] = [];
  tokensGiven = 0;
  /** Sent with every page. */
  headers: Record<string, string> = {};
  private live: string | null = null;
  private mishap: (ask: Ask) => Mishap | undefined = () => undefined;

  private constructor(public parts: JsonServiceParts, private readonly server: ReturnType<typeof createServer>) {}

  static async start(parts: JsonServiceParts): Promise<JsonService> {
    const server = parts.tls === undefined ? createServer() : createTlsServer(parts.tls);
    const service = new JsonService(parts, server);
    server.on('request', (request, response) => { service.answer(request, response); });
    // Clients that refuse the certificate end the connection themselves.
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Where the rows are, by the name certificates are made out to. */
  url(host = '127.0.0.1'): string {
    return `${this.parts.tls === undefined ? 'http' : 'https'}://${host}:${this.port}/v1/rows`;
  }

  /** Decides for each request whether something happens to it. */
  meets(mishap: (ask: Ask) => Mishap | undefined): this {
    this.mishap = mishap;
    return this;
  }

  /** The token given last is worth nothing any more. */
  revoke(): void {
    this.live = null;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://service');
    if (url.pathname === '/token') return this.token(request, response);
    const ask: Ask = { nth: this.asked.length + 1, url, cursor: url.searchParams.get('cursor'), headers: request.headers };
    this.asked.push(ask);
    const mishap = this.mishap(ask);
    if (mishap === 'silent') return;
    if (mishap === 'dropped') return void request.socket.destroy();
    if (mishap !== undefined && mishap !== 'cut') {
      response.writeHead(mishap.status, { 'content-type': 'application/json', ...mishap.headers }).end(mishap.body ?? '{}');
      return;
    }
    if (!this.admits(request)) return void response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthorised"}');
    this.page(ask, response, mishap === 'cut');
  }

  private admits({ headers }: IncomingMessage): boolean {
    const { requires, client } = this.parts;
    if (client !== undefined) return this.live !== null && headers.authorization === `Bearer ${this.live}`;
    return requires === undefined || headers[requires.header] === requires.value;
  }

  private page({ url, cursor, headers: asked }: Ask, response: ServerResponse, cut: boolean): void {
    const { stamp, asOf, gzip, etag } = this.parts;
    const since = url.searchParams.get('since');
    const rows = this.parts.rows ?? [];
    const all = since === null || stamp === undefined ? rows : rows.filter((row) => String((row as Record<string, unknown>)[stamp]) > since);
    const tag = etag === true ? `"${createHash('sha256').update(JSON.stringify([since, all])).digest('hex').slice(0, 16)}"` : null;
    if (tag !== null && cursor === null && asked['if-none-match'] === tag) return void response.writeHead(304, this.headers).end();
    const from = cursor === null ? 0 : Number(cursor.slice(1));
    const to = from + Number(url.searchParams.get('limit'));
    const next = to < all.length ? `c${to}` : null;
    const text = JSON.stringify({ items: all.slice(from, to), next, ...(asOf === undefined ? {} : { asOf }) });
    const packed = gzip === true && asked['accept-encoding']?.includes('gzip') === true;
    const body = packed ? gzipSync(text) : Buffer.from(text);
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8', 'content-length': body.length,
      ...(packed ? { 'content-encoding': 'gzip' } : {}), ...(tag === null ? {} : { etag: tag }), ...this.headers,
    });
    if (!cut) return void response.end(body);
    response.write(body.subarray(0, body.length >> 1), () => response.destroy());
  }

  private token(request: IncomingMessage, response: ServerResponse): void {
    const { id, secret } = this.parts.client ?? { id: '', secret: '' };
    const given = request.headers.authorization === `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    request.resume();
    if (!given) return void response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
    this.live = `token-${++this.tokensGiven}`;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: this.live, token_type: 'Bearer', expires_in: 3600 }));
  }
}
