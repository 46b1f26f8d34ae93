import type { HubError } from '#kernel';

/** How long the other side may keep silent: a wait without a byte, in milliseconds. */
export const SILENCE = 30_000;

/** How one waits: `signal` ends it with its reason, silence with what `late` makes. */
export interface Patience { signal?: AbortSignal; silence: number; late(): HubError }

/** A wait that ends: with the work, with its signal or by silence; the work is told by the signal it is given. */
export async function patiently<T>({ signal, silence, late }: Patience, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  try {
    signal?.throwIfAborted();
    return await inTime(work(signal ? AbortSignal.any([signal, ending.signal]) : ending.signal), { signal, silence, late });
  } finally {
    ending.abort();
  }
}

/** Chunks as they come, each wait for one ended by silence; whoever stops early ends the work behind it. */
export async function* flowing(patience: Patience, chunks: (signal: AbortSignal) => AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const ending = new AbortController();
  patience.signal?.throwIfAborted();
  const iterator = chunks(patience.signal ? AbortSignal.any([patience.signal, ending.signal]) : ending.signal)[Symbol.asyncIterator]();
  let waits = false;
  try {
    for (;;) {
      waits = true;
      const next = await inTime(iterator.next(), patience);
      waits = false;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    ending.abort();
    // One that still waits may do so for ever: it hears of it by the signal.
    const returned = iterator.return?.()?.catch(() => undefined);
    if (!waits) await returned;
  }
}

function inTime<T>(work: Promise<T>, { signal, silence, late }: Patience): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => settle(() => reject(signal?.reason));
    const timer = setTimeout(() => settle(() => reject(late())), silence);
    const settle = (say: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      say();
    };
    signal?.addEventListener('abort', aborted, { once: true });
    work.then((value) => settle(() => resolve(value)), (error: unknown) => settle(() => reject(signal?.aborted ? signal.reason : error)));
  });
}
