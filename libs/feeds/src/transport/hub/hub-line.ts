import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { HubError } from '#kernel';
import { transportFault } from '../fault.js';
import { authorityFile, HttpClient, type Answer } from '../http/client.js';
import { answerFault } from '../http/faults.js';
import { PATIENCE, type Patience } from '../http/patience.js';
import type { NeighbourHub, TransportContext } from '../transport.js';

/** Milliseconds without a byte after which the other side counts as lost. */
const SILENCE = 60_000;
const PAGE_BYTES = 2 ** 24;

/** A delivery as its giver lists it: unverified until its manifest is read. */
export interface ListedDelivery { sequence: number; manifest: unknown }

/** How something that was handed in was answered: taken, or refused for good with what they call it. */
export type HandedIn = { taken: true } | { taken: false; code: string; text: string };

/** The calls one hub makes to another, as whom the neighbour's credential says. Holds its connections until it is closed. */
export class HubLine {
  private constructor(private readonly neighbour: NeighbourHub, private readonly client: HttpClient) {}

  static async open(neighbour: NeighbourHub, context: Pick<TransportContext, 'credential' | 'clock' | 'passed'>, patience: Patience = PATIENCE): Promise<HubLine> {
    const { Agent, request } = await import('undici');
    const ca = neighbour.ca === null ? null : await authorityFile(neighbour.ca, (path) => readFile(path, 'utf8'));
    const agent = new Agent({
      connections: 2, headersTimeout: SILENCE, bodyTimeout: SILENCE, connect: { timeout: 10_000, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
    });
    const auth = { by: 'oauth2', tokenUrl: placeOf(neighbour.url, 'oauth/token'), scope: 'exchange', credential: neighbour.credential } as const;
    return new HubLine(neighbour, new HttpClient({ auth, headers: new Map(), pageBytes: PAGE_BYTES, requestsPerSecond: null }, context, patience, { agent, request }));
  }

  /** What the neighbour gives us: entries as it writes them. */
  async catalogue(signal: AbortSignal): Promise<Record<string, unknown>[]> {
    const url = placeOf(this.neighbour.url, 'v1/exchange/catalogue');
    return itemsOf(url, await this.client.get(url, null, signal));
  }

  /** Deliveries of a feed behind one, in their sequence, up to the first that is missing; none: that was the newest. @throws HubError delivery-missing */
  async deliveries(feed: string, after: number, signal: AbortSignal): Promise<{ items: ListedDelivery[]; at: Date }> {
    const url = placeOf(this.neighbour.url, `v1/exchange/feeds/${feed}/deliveries`);
    url.searchParams.set('after', String(after));
    const answer = await this.client.get(url, null, signal);
    const items = itemsOf(url, answer).map(({ sequence, manifest }) => ({ sequence, manifest }));
    const odd = items.findIndex(({ sequence }, i) => sequence !== after + 1 + i);
    // Taken past one that is left out, two registers would differ without anybody noticing.
    if (odd === 0) throw missing(this.neighbour.hub, feed, after + 1, items[0]!.sequence);
    return { items: (odd > 0 ? items.slice(0, odd) : items) as ListedDelivery[], at: answer.at };
  }

  /** A delivery's bytes as they come. @throws HubError delivery-gone when the neighbour keeps them no more */
  async content(feed: string, sequence: number, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    try {
      return await this.client.stream(placeOf(this.neighbour.url, `v1/exchange/feeds/${feed}/deliveries/${sequence}/content`), signal);
    } catch (error) {
      if (!(error instanceof HubError) || (error.details as { status?: number } | undefined)?.status !== 410) throw error;
      const { hub } = this.neighbour;
      throw transportFault('delivery-gone', `${hub} 已不再保存第 ${sequence} 批`, `${hub} keeps delivery ${sequence} no more`, { hub, feed, sequence }, error);
    }
  }

  async receipt(feed: string, sequence: number, statement: string, signal: AbortSignal): Promise<HandedIn> {
    const url = placeOf(this.neighbour.url, `v1/exchange/feeds/${feed}/deliveries/${sequence}/receipt`);
    return handedIn(url, await this.client.send('POST', url, { 'content-type': 'application/json' }, JSON.stringify({ receipt: statement }), signal));
  }

  /** Sends a report of rejects back to who gave the delivery. @param content makes its bytes anew for each try */
  async returned(feed: string, sequence: number, statement: string, content: () => Readable, signal: AbortSignal): Promise<HandedIn> {
    const url = placeOf(this.neighbour.url, `v1/exchange/feeds/${feed}/deliveries/${sequence}/return`);
    return handedIn(url, await this.client.send('PUT', url, { 'content-type': 'application/octet-stream', 'hushu-statement': statement }, content, signal));
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function missing(hub: string, feed: string, sequence: number, found: unknown): HubError {
  const [zh, en] = typeof found === 'number' ? [`，随后是第 ${found} 批`, ` and goes on with ${found}`] : ['', ''];
  return transportFault('delivery-missing', `${hub} 的 ${feed} 缺少第 ${sequence} 批${zh}`, `${hub} lists no delivery ${sequence} of ${feed}${en}`, { hub, feed, sequence });
}

function placeOf(base: URL, path: string): URL {
  return new URL(path, base.href.endsWith('/') ? base : `${base.href}/`);
}

function itemsOf(url: URL, answer: Answer): Record<string, unknown>[] {
  const { items } = (documentOf(answer.body) ?? {}) as { items?: unknown };
  if (Array.isArray(items) && items.every((item) => typeof item === 'object' && item !== null)) return items as Record<string, unknown>[];
  throw answerFault(url, answer, '应答中没有 items', 'the answer holds no items');
}

function handedIn(url: URL, answer: Answer): HandedIn {
  if (answer.status < 300) return { taken: true };
  const { code, title, detail } = (documentOf(answer.body) ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || !/^HUSHU-[A-Z]+-\d+$/.test(code)) throw answerFault(url, answer, '没有按约定应答', 'does not answer as agreed');
  return { taken: false, code, text: String(detail ?? title ?? '').slice(0, 300) };
}

function documentOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
