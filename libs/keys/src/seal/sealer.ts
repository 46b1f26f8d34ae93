import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Readable, type Transform } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { HubError } from '#kernel';
import type { SealingKeys } from './frame.js';
import { NoteSealer } from './note.js';
import { sealError } from './seal-error.js';
import { openHere, sealHere, type SealedFile } from './seal-file.js';
import { OpenStream, SealStream } from './seal-stream.js';
import type { SealAnswer, SealRequest, SealTask } from './seal.worker.js';

/** Node loads no TypeScript: run from sources (in tests), files are sealed in the calling thread by the same code. */
const THREADED = !import.meta.url.endsWith('.ts');

/** Compresses, then encrypts (SM4-CTR), then authenticates (HMAC-SM3). Opening finds every change, cut and foreign key before handing on a byte of the part it concerns. */
export class Sealer {
  private readonly notes: NoteSealer;

  constructor(private readonly epoch: number, private readonly keys: SealingKeys) {
    this.notes = new NoteSealer(epoch, keys);
  }

  sealStream(): Transform {
    return new SealStream(this.epoch, this.key());
  }

  openStream(): Transform {
    return new OpenStream(this.keys);
  }

  /** Seals a file off the main thread. The target appears whole or not at all. */
  async sealFile(from: string, to: string, signal?: AbortSignal): Promise<SealedFile> {
    const part = `${to}.${randomBytes(4).toString('hex')}.part`;
    const order = { epoch: this.epoch, keys: this.keys, from, to, part };
    if (!THREADED) return sealHere(order, signal);
    signal?.throwIfAborted();
    const { worker, ended } = threadFor({ task: 'seal', order });
    const stop = (): void => { worker.postMessage('stop' satisfies SealRequest); };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await new Promise<SealedFile>((resolve, reject) => {
        worker.on('message', (answer: SealAnswer) => {
          if ('sealed' in answer) resolve(answer.sealed);
          else reject(errorOf(answer));
        });
        worker.on('error', reject);
        worker.on('exit', () => reject(new HubError({
          code: 'HUSHU-KEYS-14', zh: '加密线程意外结束。', en: 'The sealing thread ended unexpectedly.', retry: true,
        })));
      });
    } catch (cause) {
      const error = signal?.aborted === true ? signal.reason as Error : cause;
      await ended;
      await rm(part, { force: true });
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** The plain bytes of a sealed file, decrypted off the main thread. Destroying the stream ends the thread. */
  openFile(path: string): Readable {
    if (THREADED) return new ThreadedFile({ task: 'open', keys: this.keys, path });
    const { plain, done } = openHere(this.keys, path);
    done.catch((error: Error) => plain.destroy(error));
    return plain;
  }

  /** For what is small and kept in a table: the raw line of a reject. */
  sealBytes(plain: Uint8Array): Buffer {
    return this.notes.seal(plain);
  }

  openBytes(sealed: Uint8Array): Buffer {
    return this.notes.open(sealed);
  }

  private key(): Uint8Array {
    return this.keys.get(this.epoch) as Uint8Array;
  }
}

function threadFor(task: SealTask): { worker: Worker; ended: Promise<void> } {
  const worker = new Worker(new URL('./seal.worker.js', import.meta.url), { workerData: task });
  return { worker, ended: new Promise((resolve) => { worker.once('exit', () => { resolve(); }); }) };
}

function errorOf(answer: SealAnswer): Error {
  if ('fault' in answer) return sealError(answer.fault);
  const { message, ...circumstances } = (answer as Extract<SealAnswer, { error: unknown }>).error;
  return Object.assign(new Error(message), circumstances);
}

/** Asks its thread for one chunk at a time, so a slow reader holds one frame. */
class ThreadedFile extends Readable {
  private readonly worker: Worker;
  private readonly ended: Promise<void>;

  constructor(task: SealTask) {
    super();
    ({ worker: this.worker, ended: this.ended } = threadFor(task));
    this.worker.on('message', (answer: SealAnswer) => {
      if ('chunk' in answer) this.push(Buffer.from(answer.chunk.buffer, answer.chunk.byteOffset, answer.chunk.byteLength));
      else if ('end' in answer) this.push(null);
      else this.destroy(errorOf(answer));
    });
    this.worker.on('error', (error) => this.destroy(error));
  }

  override _read(): void {
    this.worker.postMessage('more' satisfies SealRequest);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.worker.postMessage('stop' satisfies SealRequest);
    void this.ended.then(() => { done(error); });
  }
}
