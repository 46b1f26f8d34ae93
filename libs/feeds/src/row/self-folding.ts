import { selfFoldingTable } from '#kernel';

/** Every character is a common Han character that no folding touches. */
export function foldsToItself(bytes: Buffer, start: number, end: number): boolean {
  const table = selfFoldingTable();
  for (let k = start; k < end; k += 3) {
    const lead = bytes[k];
    if (lead < 0xe3 || lead > 0xe9 || k + 3 > end) return false;
    if (table[((lead & 15) << 12) | ((bytes[k + 1] & 63) << 6) | (bytes[k + 2] & 63)] === 0) return false;
  }
  return true;
}
