import type { CopyWriter } from '../row/copy-writer.js';
import { IN_ROW, IN_SCRATCH, type Slots } from '../row/slots.js';
import type { FieldCodec, ValueType } from './value-type.js';

export function writeText(out: CopyWriter, row: Buffer, slots: Slots, i: number): void {
  const state = slots.state[i];
  if (state === IN_ROW) out.bytes(row, slots.start[i], slots.end[i]);
  else if (state === IN_SCRATCH) out.bytes(slots.scratch, slots.start[i], slots.end[i]);
  else out.null();
}

/** Characters in UTF-8 bytes: every byte but continuation bytes begins one. */
export function characters(bytes: Buffer, start: number, end: number): number {
  let n = 0;
  for (let i = start; i < end; i++) if ((bytes[i] & 0xc0) !== 0x80) n++;
  return n;
}

/** Free text, kept as delivered but for blanks at both ends. PostgreSQL holds no NUL. */
export const text: ValueType = {
  column: 'text',
  compile(field): FieldCodec {
    const max = field.max ?? 500;
    return {
      read(bytes, start, end, slots, i) {
        if (end - start > max && characters(bytes, start, end) > max) return 'text-length';
        for (let k = start; k < end; k++) if (bytes[k] === 0) return 'row-encoding';
        slots.setRange(i, start, end);
        return null;
      },
      write: writeText,
    };
  },
};
