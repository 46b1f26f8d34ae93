import { headerOf, type Headers } from './faults.js';
import { pause } from './patience.js';

/** How fast may be asked: by the contract, and by what the service says of itself (RateLimit, RateLimit-Remaining/-Reset, X-RateLimit-…). */
export class Pace {
  /** On the clock that never turns back. */
  private free = 0;

  constructor(private readonly requestsPerSecond: number | null, private readonly longestMs: number) {}

  /** Waits for this request's turn. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.free);
    this.free = at + (this.requestsPerSecond === null ? 0 : 1000 / this.requestsPerSecond);
    await pause(at - now, signal);
  }

  /** Nothing is left: the next request waits until there is, rather than being refused. */
  heed(headers: Headers): void {
    const { remaining, resetMs } = limitOf(headers);
    if (remaining !== 0 || resetMs === null) return;
    this.free = Math.max(this.free, performance.now() + Math.min(resetMs, this.longestMs));
  }
}

function limitOf(headers: Headers): { remaining: number | null; resetMs: number | null } {
  const one = headerOf(headers, 'ratelimit') ?? '';
  const within = (names: string): string | undefined => new RegExp(`(?:^|[;,\\s])(?:${names})\\s*=\\s*(\\d+)`).exec(one)?.[1];
  const remaining = within('r|remaining') ?? headerOf(headers, 'ratelimit-remaining') ?? headerOf(headers, 'x-ratelimit-remaining');
  const reset = within('t|reset') ?? headerOf(headers, 'ratelimit-reset') ?? headerOf(headers, 'x-ratelimit-reset');
  return { remaining: numberOf(remaining), resetMs: msOf(numberOf(reset)) };
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : null;
}

/** Seconds from now; some services give the second since 1970 instead. */
function msOf(reset: number | null): number | null {
  if (reset === null) return null;
  return reset > 1e9 ? Math.max(0, reset * 1000 - Date.now()) : reset * 1000;
}

/** Retry-After, in milliseconds: seconds, or a date as far from the service's own as it says. */
export function retryAfterMs(headers: Headers, now: Date): number | null {
  const text = headerOf(headers, 'retry-after')?.trim();
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  const from = Date.parse(headerOf(headers, 'date') ?? '');
  return Number.isNaN(at) ? null : Math.max(0, at - (Number.isNaN(from) ? now.getTime() : from));
}
