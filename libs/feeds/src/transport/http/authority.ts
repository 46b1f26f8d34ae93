import { transportFault } from '../fault.js';
import type { TransportContext } from '../transport.js';
import type { Answer } from './client.js';
import { answerFault } from './faults.js';
import type { Auth } from './options.js';

/** A token this close to its end is not used any more. */
const MARGIN_MS = 30_000;
const TOKEN_HOURS = 1;

type AskToken = (url: URL, form: { headers: Record<string, string>; body: string }, basic: string, signal: AbortSignal) => Promise<Answer>;

/** Shows who asks. Secrets are kept here alone and stand in no error. */
export class Authority {
  private token: Promise<{ value: string; until: number }> | null = null;

  constructor(private readonly auth: Auth, private readonly context: Pick<TransportContext, 'credential' | 'passed'>, private readonly askToken: AskToken) {}

  async headers(signal: AbortSignal): Promise<Record<string, string>> {
    const { auth } = this;
    if (auth.by === 'oauth2') return { authorization: `Bearer ${await this.current(auth, signal)}` };
    const secret = await this.secret();
    if (auth.by === 'header') return { [auth.name]: secret };
    return { authorization: auth.by === 'bearer' ? `Bearer ${secret}` : `Basic ${Buffer.from(secret).toString('base64')}` };
  }

  /** What was shown was refused. @returns whether something else can be had */
  forget(): boolean {
    if (this.auth.by !== 'oauth2') return false;
    this.token = null;
    return true;
  }

  private async current(auth: Extract<Auth, { by: 'oauth2' }>, signal: AbortSignal): Promise<string> {
    const held = this.token === null ? null : await this.token;
    if (held !== null && held.until > performance.now()) return held.value;
    const asked = this.ask(auth, signal);
    this.token = asked;
    // One that could not be had is asked for again by the next request.
    asked.catch(() => { if (this.token === asked) this.token = null; });
    return (await asked).value;
  }

  /** Client credentials (RFC 6749, 4.4). */
  private async ask({ tokenUrl, scope, credential }: Extract<Auth, { by: 'oauth2' }>, signal: AbortSignal): Promise<{ value: string; until: number }> {
    const secret = await this.secret();
    const at = secret.indexOf(':');
    if (at < 1) throw unfit(credential, '应为 客户端标识:密钥', 'must be client id:secret');
    const basic = Buffer.from(`${formText(secret.slice(0, at))}:${formText(secret.slice(at + 1))}`).toString('base64');
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === null ? {} : { scope }) }).toString();
    const answer = await this.askToken(tokenUrl, { headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }, body }, `Basic ${basic}`, signal);
    if (answer.status === 400 || answer.status === 401 || answer.status === 403) {
      throw answerFault(tokenUrl, answer, '认证服务拒绝了客户端标识或密钥', 'the token service refuses the client id or secret', {}, 'transport-denied');
    }
    const { access_token: value, expires_in: seconds } = answer.status === 200 ? tokenOf(answer.body) : {};
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) throw answerFault(tokenUrl, answer, '认证服务没有给出令牌', 'the token service gives no token');
    this.context.passed?.('token');
    const lives = Number(seconds) > 0 ? Number(seconds) * 1000 : TOKEN_HOURS * 3_600_000;
    return { value, until: performance.now() + Math.max(lives - MARGIN_MS, lives / 2) };
  }

  /** What no header can carry would otherwise stand in the client's own error. */
  private async secret(): Promise<string> {
    const { by, credential } = this.auth;
    const secret = (await this.context.credential(credential)).trim();
    if (secret === '' || (by !== 'basic' && by !== 'oauth2' && !/^[\x20-\x7e]+$/.test(secret))) throw unfit(credential, '含有请求头不能携带的字符', 'holds characters no header can carry');
    return secret;
  }
}

function tokenOf(body: Buffer): { access_token?: unknown; expires_in?: unknown } {
  try {
    return (JSON.parse(body.toString()) as object | null) ?? {};
  } catch {
    return {};
  }
}

/** RFC 6749, 2.3.1: both parts as a form would carry them. */
function formText(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

function unfit(credential: string, zh: string, en: string): ReturnType<typeof transportFault> {
  return transportFault('transport-denied', `凭据 ${credential} ${zh}`, `The credential ${credential} ${en}`, { credential });
}
