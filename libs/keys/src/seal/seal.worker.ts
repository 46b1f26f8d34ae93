/**
 * The thread behind Sealer's files: seals one file, or hands out one opened file chunk by chunk as it is asked for more.
 * Told to stop, it closes what it has open and ends by itself: a thread torn down while its streams begin takes the process with it.
 */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { SealingKeys } from './frame.js';
import { sealFaultOf, type SealFault } from './seal-error.js';
import { openHere, sealHere, type SealOrder, type SealedFile } from './seal-file.js';

export type SealTask = { task: 'seal'; order: SealOrder } | { task: 'open'; keys: SealingKeys; path: string };
export type SealRequest = 'more' | 'stop';
export type SealAnswer = { sealed: SealedFile } | { chunk: Uint8Array } | { end: true } | { fault: SealFault } | { error: { message: string; code?: string; path?: string } };

const port = parentPort;
const task = workerData as SealTask;

if (port !== null) {
  const abort = new AbortController();
  port.on('message', (request: SealRequest) => { if (request === 'stop') abort.abort(); });
  try {
    if (task.task === 'seal') port.postMessage({ sealed: await sealHere(task.order, abort.signal) } satisfies SealAnswer);
    else {
      const { plain, done } = openHere(task.keys, task.path, abort.signal);
      // The iteration below meets the same error.
      done.catch(() => undefined);
      await once(port, 'message');
      for await (const chunk of plain as AsyncIterable<Buffer>) {
        const asked = once(port, 'message');
        const bytes = new Uint8Array(chunk);
        port.postMessage({ chunk: bytes } satisfies SealAnswer, [bytes.buffer]);
        await asked;
      }
      port.postMessage({ end: true } satisfies SealAnswer);
    }
  } catch (error) {
    const fault = sealFaultOf(error);
    // A thread hands over an error without its code: it goes as plain data.
    const { message, code, path } = error as NodeJS.ErrnoException;
    port.postMessage((fault === undefined ? { error: { message, code, path } } : { fault }) satisfies SealAnswer);
  }
  port.close();
}
