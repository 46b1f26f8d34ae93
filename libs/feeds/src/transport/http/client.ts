import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { HubError } from '#kernel';
import type { Agent, Dispatcher, request } from 'undici';
import { transportFault } from '../fault.js';
import type { TransportContext } from '../transport.js';
import { Authority } from './authority.js';
import { answerFault, certificateFault, codeOf, connectionFault, headerOf, isCertificate, type Headers } from './faults.js';
import type { HttpOptions } from './options.js';
import { Pace, retryAfterMs } from './pace.js';
import { Passing, patiently, type Patience } from './patience.js';

const unpack = promisify(gunzip);
/** Services that say one of these will answer in a while. */
const COMES_BACK = new Set([408, 425, 502, 503, 504]);
const CONNECT_MS = 10_000;
const NOTHING = Buffer.alloc(0);

export interface Answer { status: number; headers: Headers; body: Buffer; at: Date }

/** `bytes`: an answer's most; null: it is read as it comes, once it has begun well. A body is made anew for each try. */
interface Asked { method: 'GET' | 'POST' | 'PUT'; headers: Record<string, string>; body?: string | (() => Readable); bytes: number | null }

/** What of the options speaks of asking, not of pages. */
type AskOptions = Pick<HttpOptions, 'auth' | 'headers' | 'pageBytes' | 'requestsPerSecond'>;
type Streamed = Answer & { stream?: AsyncIterable<Buffer> };

/** Asks one service, again where that may help, as whom the contract says. Holds its connections until it is closed. */
export class HttpClient {
  private readonly pace: Pace;
  private readonly authority: Authority | null;

  constructor(
    private readonly options: AskOptions, private readonly context: Pick<TransportContext, 'credential' | 'clock' | 'passed'>, private readonly patience: Patience,
    private readonly undici: { agent: Agent; request: typeof request },
  ) {
    this.pace = new Pace(options.requestsPerSecond, patience.longestMs);
    this.authority = options.auth === null ? null
      : new Authority(options.auth, context, (url, form, basic, signal) => this.patiently(url, { method: 'POST', ...form, headers: { ...form.headers, authorization: basic }, bytes: 2 ** 20 }, signal));
  }

  /** @returns an answer 200 or, where an ETag was sent, 304 */
  async get(url: URL, etag: string | null, signal: AbortSignal): Promise<Answer> {
    const answer = await this.asWho(url, { method: 'GET', headers: { accept: 'application/json', 'accept-encoding': 'gzip', ...(etag === null ? {} : { 'if-none-match': etag }) }, bytes: this.options.pageBytes }, signal, true);
    const { status } = answer;
    if (status === 200 || (status === 304 && etag !== null)) return answer;
    throw refusal(url, answer);
  }

  /** Bytes as they come: tried again until they begin, never after. */
  async stream(url: URL, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const answer = await this.asWho(url, { method: 'GET', headers: { accept: 'application/octet-stream', 'accept-encoding': 'identity' }, bytes: null }, signal, true);
    if (answer.stream === undefined) throw refusal(url, answer);
    return answer.stream;
  }

  /** Hands something in. @returns any answer below 500 that does not speak of who we are: the caller judges it */
  async send(method: 'POST' | 'PUT', url: URL, headers: Record<string, string>, body: string | (() => Readable), signal: AbortSignal): Promise<Answer> {
    const answer = await this.asWho(url, { method, headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers }, body, bytes: 2 ** 20 }, signal, true);
    const { status } = answer;
    if (status < 500 && status !== 401 && status !== 403) return answer;
    throw refusal(url, answer);
  }

  async close(): Promise<void> {
    await this.undici.agent.destroy().catch(() => undefined);
  }

  /** A token that ran out or was withdrawn is fetched anew, once a request. */
  private async asWho(url: URL, asked: Asked, signal: AbortSignal, again: boolean): Promise<Streamed> {
    const shown = await this.authority?.headers(signal) ?? {};
    const answer = await this.patiently(url, { ...asked, headers: { ...Object.fromEntries(this.options.headers), ...asked.headers, ...shown } }, signal);
    if ((answer.status === 401 || answer.status === 403) && again && this.authority?.forget() === true) return this.asWho(url, asked, signal, false);
    return answer;
  }

  private async patiently(url: URL, asked: Asked, signal: AbortSignal): Promise<Streamed> {
    return patiently(this.patience, signal, async () => {
      await this.pace.turn(signal);
      const answer = await this.once(url, asked, signal);
      if (answer instanceof Passing) return answer;
      this.pace.heed(answer.headers);
      const { status } = answer;
      if (status !== 429 && !COMES_BACK.has(status)) return answer;
      const afterMs = retryAfterMs(answer.headers, answer.at);
      const retryAfterSeconds = afterMs === null ? null : Math.ceil(afterMs / 1000);
      return new Passing(status === 429
        ? answerFault(url, answer, '服务限制访问频率', 'the service limits how often it may be asked', { retryAfterSeconds }, 'transport-limited')
        : answerFault(url, answer, '服务暂不可用', 'the service is not available', { retryAfterSeconds }, 'transport-unreachable'), afterMs);
    });
  }

  /** One try, read to its end. @returns Passing when another try may fare better */
  private async once(url: URL, { method, headers, body, bytes }: Asked, signal: AbortSignal): Promise<Streamed | Passing> {
    let answer: Dispatcher.ResponseData | undefined;
    try {
      answer = await this.undici.request(url, { method, headers, ...(body === undefined ? {} : { body: typeof body === 'string' ? body : body() }), dispatcher: this.undici.agent, signal });
      const at = this.context.clock.now();
      const { statusCode: status } = answer;
      const { headers: told } = answer;
      if (bytes === null && status === 200) return { status, headers: told, body: NOTHING, at, stream: asItComes(url, answer.body, signal) };
      const most = bytes ?? 2 ** 20;
      const whole = await read(answer, most);
      if (whole === null) return this.tooLarge(url, { status, headers: told }, most);
      return { status, headers: told, body: await this.unpacked(url, { status, headers: told }, whole, most), at };
    } catch (error) {
      signal.throwIfAborted();
      const code = codeOf(error);
      if (code.startsWith('HUSHU-')) throw error;
      if (isCertificate(code)) throw await certificateFault(url, code, CONNECT_MS);
      const fault = connectionFault(url, code, answer !== undefined || code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR');
      if (fault.retry) return new Passing(fault);
      throw fault;
    }
  }

  private async unpacked(url: URL, answer: { status: number; headers: Headers }, body: Buffer, bytes: number): Promise<Buffer> {
    const encoding = headerOf(answer.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
    if (encoding === 'identity' || body.length === 0) return body;
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw answerFault(url, answer, '应答的压缩方式未约定', 'the answer is packed in a way nobody asked for', { encoding: encoding.slice(0, 40) });
    return unpack(body, { maxOutputLength: bytes }).catch((error: unknown) => {
      if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') this.tooLarge(url, answer, bytes);
      throw error;
    });
  }

  private tooLarge(url: URL, answer: { status: number; headers: Headers }, bytes: number): never {
    throw answerFault(url, answer, `一页超过 ${bytes} 字节`, `a page is larger than ${bytes} bytes`, { pageBytes: bytes });
  }
}

/** A body that is handed on as it arrives. What breaks off is told as a transfer that did. */
async function* asItComes(url: URL, body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
  try {
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw connectionFault(url, codeOf(error), true);
  }
}

/** The whole body, or null when it is larger than may be. Let go of early, its connection closes. */
async function read(answer: Dispatcher.ResponseData, most: number): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer.body as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > most) return null;
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, size);
}

/** An answer that is an answer, but not the one agreed. */
function refusal(url: URL, answer: Answer): HubError {
  const { status } = answer;
  if (status === 401 || status === 403) return answerFault(url, answer, '服务拒绝了我们的身份', 'the service refuses who we say we are', {}, 'transport-denied');
  if (status === 404 || status === 410) return answerFault(url, answer, '服务没有这个接口', 'the service has nothing there', {}, 'transport-source');
  if (status >= 500) return answerFault(url, answer, '服务自身出错', 'the service failed', {}, 'transport-unreachable');
  if (status >= 300 && status < 400) return answerFault(url, answer, '服务转向了别处，未跟随', 'the service points elsewhere, which is not followed');
  return answerFault(url, answer, '服务没有应答数据', 'the service does not answer with data');
}

/** The file of the contract's own authority. @throws HubError transport-certificate */
export async function authorityFile(path: string, read: (path: string) => Promise<string>): Promise<string> {
  const pem = await read(path).catch(() => '');
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  const file = path.split('/').at(-1);
  throw transportFault('transport-certificate', `契约所指的证书文件 ${file} 不在或不是 PEM`, `The certificate file ${file} the contract names is not there or not PEM`, { file });
}
