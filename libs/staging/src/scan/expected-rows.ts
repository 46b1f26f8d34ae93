import type { ByteSource, FeedContract } from '#feeds';

/** Bytes of a row where lines cannot be counted: an archive's, packed. */
const PACKED_ROW = 60;
const NEWLINE = 10;

/** How many rows a delivery will about have, from the lines of its beginning: what sets of keys are made for. */
export async function expectedRowsOf(contract: FeedContract, source: ByteSource, size: number): Promise<number> {
  if (contract.format.kind === 'xlsx') return Math.ceil(size / PACKED_ROW);
  for await (const chunk of source.chunks()) {
    let lines = 1;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    return Math.ceil(size / (chunk.length / lines) * 1.02);
  }
  return 0;
}
