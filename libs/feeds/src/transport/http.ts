import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FeedContract } from '../contract/contract.js';
import { authorityFile, HttpClient } from './http/client.js';
import { answerFault, headerOf } from './http/faults.js';
import { checkHttpOptions, HTTP_OPTIONS, httpOptions, type HttpOptions } from './http/options.js';
import { timeOf } from './http/page.js';
import { allPages, firstPage, type FirstPage } from './http/pages.js';
import { PATIENCE, type Patience } from './http/patience.js';
import type { Arrival, Cursor, Look, Transport, TransportContext, TransportKind } from './transport.js';

/** Two clocks that differ by more cannot agree on what "as of" means. */
const SKEW_MS = 10 * 60_000;
/** Bytes handed on at once, at most. */
const CHUNK = 1 << 18;

/**
 * `http`: a service that answers GET with pages of JSON, `{items: [{column: value}], next: cursor or null, asOf?}`.
 * One fetch is one delivery: all pages' rows as NDJSON, in order, each as it was written. @param patience how long a page is tried
 */
export function httpTransport(patience: Patience = PATIENCE): TransportKind {
  return {
    options: HTTP_OPTIONS,
    formats: ['ndjson'],
    check: checkHttpOptions,
    async open(context) {
      const options = httpOptions(context.options, context.contract);
      const { Agent, request } = await import('undici');
      const ca = options.ca === null ? null : await authorityFile(options.ca, (path) => readFile(path, 'utf8'));
      const timeout = options.timeoutSeconds * 1000;
      const agent = new Agent({
        connections: 2, headersTimeout: timeout, bodyTimeout: timeout,
        connect: { timeout: Math.min(timeout, 10_000), minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
      });
      return new HttpTransport(options, context, new HttpClient(options, context, patience, { agent, request }));
    },
  };
}

class HttpTransport implements Transport {
  constructor(private readonly options: HttpOptions, private readonly context: TransportContext, private readonly client: HttpClient) {}

  async* arrivals(cursor: Cursor | null, signal: AbortSignal): AsyncGenerator<Arrival, Look, void> {
    const since = textOf(cursor?.since);
    const { url, answer, page } = await firstPage(this.client, this.options, since, textOf(cursor?.etag), signal);
    this.context.passed?.('first-page');
    this.agreeOnTime(url, answer);
    if (page !== null) yield new HttpArrival(this.client, this.options, this.context, { url, answer, page }, since);
    return { current: answer.at };
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private agreeOnTime(url: URL, answer: FirstPage['answer']): void {
    const theirs = timeOfHeader(answer);
    if (theirs === null || Math.abs(theirs.getTime() - answer.at.getTime()) <= SKEW_MS) return;
    const [there, here] = [theirs.toISOString(), answer.at.toISOString()];
    throw answerFault(url, answer, `服务的时钟是 ${there}，本机是 ${here}，相差超过 10 分钟`,
      `the service's clock says ${there}, ours ${here}, more than 10 minutes apart`, { serviceClock: there, ourClock: here }, 'transport-answer',
      { zh: '先校正走错的一方的时钟（NTP），再运行 hushu feed fetch。', en: 'Set the clock that is wrong (NTP), then run hushu feed fetch.' });
  }
}

/** What the service held when its first page was asked for. */
class HttpArrival implements Arrival {
  readonly id: string;
  readonly fileName: string;
  readonly asOf: Date;
  private rows = 0;
  private latest: string | null = null;

  constructor(
    private readonly client: HttpClient, private readonly options: HttpOptions, private readonly context: TransportContext,
    private readonly first: FirstPage, private readonly since: string | null,
  ) {
    const { answer, page, url } = first;
    const told = page.asOf === null ? timeOfHeader(answer) ?? answer.at : timeOf(page.asOf);
    if (told === null) throw answerFault(url, answer, `第 1 页的 ${options.asOfPath.join('.')} 不是时间`, `page 1 has no time at ${options.asOfPath.join('.')}`, { page: 1 });
    // Nothing is known of what has not happened yet.
    this.asOf = new Date(Math.min(told.getTime(), answer.at.getTime()));
    this.fileName = fileNameOf(context.contract, this.asOf);
    // Without an ETag the same business time may stand for other rows: each fetch is its own then, and its content tells.
    const etag = etagOf(first);
    const mark = etag === null ? answer.at.toISOString() : createHash('sm3').update(`${since ?? ''}\n${etag}`).digest('hex').slice(0, 32);
    this.id = `${this.asOf.toISOString()} ${mark}`;
  }

  async* chunks(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    this.rows = 0;
    const { stamp } = this.context.contract;
    const stamped = this.options.sinceParameter !== null && this.first.page.asOf === null && stamp !== undefined;
    for await (const { rows, lines } of allPages(this.client, this.options, this.first, signal)) {
      this.rows += rows;
      this.context.passed?.('page');
      if (stamped) this.see(lines, stamp);
      for (let at = 0; at < lines.length; at += CHUNK) yield lines.subarray(at, at + CHUNK);
    }
  }

  /**
   * The next fetch asks for what is new since the service's own business time, or else since the newest change stamp
   * seen. An ETag speaks of one address only: it is kept while the next fetch asks the very same.
   */
  cursor(): Cursor {
    const { sinceParameter } = this.options;
    const since = sinceParameter === null ? null : this.first.page.asOf ?? this.latest ?? this.since;
    const etag = since === this.since ? etagOf(this.first) : null;
    return { ...(since === null ? {} : { since }), ...(etag === null ? {} : { etag }) };
  }

  empty(): boolean {
    return this.rows === 0;
  }

  /** Stamps of one supplier are written in one way, so the later is the greater text. What is no row the line refuses. */
  private see(lines: Buffer, column: string): void {
    for (const line of lines.toString().split('\n')) {
      const stamp = stampOf(line, column);
      if (stamp !== null && (this.latest === null || stamp > this.latest)) this.latest = stamp;
    }
  }
}

function stampOf(line: string, column: string): string | null {
  try {
    const stamp = (JSON.parse(line) as Record<string, unknown>)[column];
    return typeof stamp === 'string' || typeof stamp === 'number' ? String(stamp) : null;
  } catch {
    return null;
  }
}

function fileNameOf({ feed, asOf: { fileName } }: FeedContract, asOf: Date): string {
  const digits = new Date(asOf.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);
  const names = [digits, digits.slice(0, 8)].flatMap((time) => [`${feed}-${time}.ndjson`, `${feed}_${time}.ndjson`].map((name) => ({ time, name })));
  return (names.find(({ time, name }) => fileName.exec(name)?.[1] === time) ?? names[0]).name;
}

function etagOf({ answer }: FirstPage): string | null {
  return headerOf(answer.headers, 'etag') ?? null;
}

function timeOfHeader(answer: FirstPage['answer']): Date | null {
  const time = Date.parse(headerOf(answer.headers, 'date') ?? '');
  return Number.isNaN(time) ? null : new Date(time);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
