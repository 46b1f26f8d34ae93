import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ByteSource } from '#feeds';

/** What a gzip file holds, inflated while it is read, on Node's own threads. */
export function inflated(path: string): ByteSource {
  return {
    name: basename(path),
    size: null,
    async *chunks() {
      const gunzip = createGunzip({ chunkSize: 256 << 10 });
      // A fault of either stream is the reader's: it comes out of the loop below.
      pipeline(createReadStream(path, { highWaterMark: 256 << 10 }), gunzip, () => undefined);
      for await (const chunk of gunzip) yield chunk as Buffer;
    },
  };
}
