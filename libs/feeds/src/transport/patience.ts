import type { HubError } from '#kernel';

/** How long the other side may keep silent: a wait without a byte, in milliseconds. */
export const SILENCE = 30_000;

/** How one waits: `signal` ends it with its reason, silence with what `late` makes. */
export interface Patience { signal?: AbortSignal; silence: number; late(): HubError }

/** A wait that ends: with the work, with its signal or by silence; work that is given up hears of it by the signal it got. */
export async function patiently<T>(patience: Patience, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  patience.signal?.throwIfAborted();
  try {
    return await inTime(work(joined(patience, ending)), patience);
  } catch (error) {
    ending.abort(error);
    throw error;
  }
}

/** Chunks as they come, each wait for one ended by silence. */
export async function* flowing(patience: Patience, chunks: (signal: AbortSignal) => AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const ending = new AbortController();
  patience.signal?.throwIfAborted();
  const iterator = chunks(joined(patience, ending))[Symbol.asyncIterator]();
  let waits = false;
  try {
    for (;;) {
      waits = true;
      const next = await inTime(iterator.next(), patience);
      waits = false;
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    ending.abort(error);
    throw error;
  } finally {
    const returned = iterator.return?.()?.catch(() => undefined);
    // One that still waits answers when it has heard that it was given up, if ever.
    if (!waits) await returned;
  }
}

function joined({ signal }: Patience, ending: AbortController): AbortSignal {
  return signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
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
