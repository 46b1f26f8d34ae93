import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SealingKeys } from './frame.js';
import { OpenStream, SealStream } from './seal-stream.js';

export interface SealOrder { epoch: number; keys: SealingKeys; from: string; to: string; /** Where it is written until it is whole. */ part: string }
export interface SealedFile { bytes: number; sealedBytes: number }

/** Seals a file in this thread. The target appears whole or not at all, and is on disk when this returns. */
export async function sealHere(order: SealOrder, signal?: AbortSignal): Promise<SealedFile> {
  const key = order.keys.get(order.epoch) as Uint8Array;
  const source = createReadStream(order.from, { highWaterMark: 1 << 20 });
  const target = createWriteStream(order.part, { flags: 'wx', mode: 0o600, flush: true });
  try {
    await pipeline(source, new SealStream(order.epoch, key), target, { signal });
    await rename(order.part, order.to);
  } catch (error) {
    await discard(target);
    throw error;
  }
  const folder = await open(dirname(order.to), 'r');
  await folder.sync().finally(() => folder.close());
  return { bytes: source.bytesRead, sealedBytes: target.bytesWritten };
}

/** Removes what was half written. A stream that is destroyed while its file is being made makes it all the same, and a little later. */
export async function discard(target: WriteStream): Promise<void> {
  target.destroy();
  if (!target.closed) await new Promise<void>((closed) => target.once('error', () => undefined).once('close', closed));
  await rm(target.path, { force: true });
}

/** Opens a sealed file in this thread. */
export function openHere(keys: SealingKeys, path: string, signal?: AbortSignal): { plain: OpenStream; done: Promise<void> } {
  const plain = new OpenStream(keys);
  return { plain, done: pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), plain, { signal }) };
}
