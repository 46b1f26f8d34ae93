import { setTimeout as wait } from 'node:timers/promises';
import type { HubError } from '#kernel';

/** How long a request is tried before its fetch gives up. */
export interface Patience {
  /** Tries of one page, the first included. */
  tries: number;
  /** Before the second try; each further one waits twice as long, half of it by chance. */
  firstMs: number;
  /** No wait inside a fetch is longer, also when the service asks for more. */
  longestMs: number;
}

export const PATIENCE: Patience = { tries: 5, firstMs: 500, longestMs: 60_000 };

/** A try that failed in a way another may not. */
export class Passing {
  /** @param afterMs what the service asks to wait, null when it does not say */
  constructor(readonly fault: HubError, readonly afterMs: number | null = null) {}
}

/** Tries until there is a result or patience ends. @throws the last try's fault, the signal's reason, whatever a try throws */
export async function patiently<T>({ tries, firstMs, longestMs }: Patience, signal: AbortSignal, attempt: () => Promise<T | Passing>): Promise<T> {
  for (let nth = 1; ; nth++) {
    signal.throwIfAborted();
    const result = await attempt();
    if (!(result instanceof Passing)) return result;
    signal.throwIfAborted();
    if (nth >= tries || (result.afterMs ?? 0) > longestMs) throw result.fault;
    await pause(result.afterMs ?? backoff(nth, firstMs, longestMs), signal);
  }
}

/** Exponential with "equal jitter": clients that failed together do not come back together. */
export function backoff(nth: number, firstMs: number, longestMs: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** (nth - 1));
  return full / 2 + Math.random() * full / 2;
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await wait(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}
