import type { FormatContract } from '../contract/contract.js';
import type { ByteSource, Format, RowSink } from './format.js';

/** What a format gave, as text, for tests. */
export interface Reading { columns: string[]; rows: string[][]; raws: string[]; bad: { rule: string; raw: string }[]; order: string[]; drains: number }

export function contractOf(part: Partial<FormatContract> = {}, limits: Partial<FormatContract['limits']> = {}): FormatContract {
  return {
    kind: 'csv', encoding: 'utf-8', delimiter: ',', ...part,
    limits: { rowBytes: 1000, rows: 1_000_000, columns: 50, inflatedBytes: 1 << 26, ratio: 100, ...limits },
  };
}

/** A source that reuses one buffer for all its chunks, as a real one may. */
export function sourceOf(bytes: Uint8Array | string, cuts: number[] | number = 1 << 20): ByteSource {
  const all = Buffer.from(bytes as Uint8Array);
  return {
    name: 'fixture',
    size: all.length,
    async *chunks() {
      const shared = Buffer.alloc(Math.max(1, all.length));
      const ends = typeof cuts === 'number' ? steps(all.length, cuts) : [...cuts.filter((cut) => cut > 0 && cut < all.length).sort((a, b) => a - b), all.length];
      let from = 0;
      for (const end of ends) {
        shared.fill(0x5a);
        all.copy(shared, 0, from, end);
        yield shared.subarray(0, end - from);
        from = end;
      }
    },
  };
}

function steps(length: number, size: number): number[] {
  const ends: number[] = [];
  for (let at = size; at < length; at += size) ends.push(at);
  if (length > 0) ends.push(length);
  return ends;
}

export async function readAll(format: Format, source: ByteSource): Promise<Reading> {
  const reading: Reading = { columns: [], rows: [], raws: [], bad: [], order: [], drains: 0 };
  const sink: RowSink = {
    header: (columns) => void (reading.columns = columns),
    row: (bytes, starts, ends, cells, rawStart, rawEnd) => {
      const row: string[] = [];
      for (let i = 0; i < cells; i++) row.push(bytes.toString('utf8', starts[i], ends[i]));
      reading.rows.push(row);
      reading.raws.push(bytes.toString('utf8', rawStart, rawEnd));
      reading.order.push('row');
    },
    bad: (rule, raw) => {
      reading.bad.push({ rule, raw: raw.toString('utf8') });
      reading.order.push(rule);
    },
    drain: async () => void reading.drains++,
  };
  await format.read(source, sink);
  return reading;
}
