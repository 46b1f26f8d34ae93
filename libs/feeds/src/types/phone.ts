import { normalisePhone } from '#kernel';
import { IN_SCRATCH } from '../row/slots.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A mobile number of eleven digits beginning with 1; stored as a token. The slot holds its packed block. */
export const phone: ValueType = {
  column: 'uuid',
  compile(): FieldCodec {
    const eleven = Buffer.alloc(11);
    return {
      read(bytes, start, end, slots, i) {
        if (!isPhone(bytes, start, end)) {
          const folded = end - start > 60 ? null : normalisePhone(bytes.toString('utf8', start, end));
          if (folded === null || folded.length !== 11) return 'phone-shape';
          eleven.write(folded, 'latin1');
          bytes = eleven;
          start = 0;
        }
        const at = slots.reserve(16);
        packDigits(slots.scratch, at, PHONE_KIND, bytes, start, 11);
        slots.state[i] = IN_SCRATCH;
        slots.start[i] = at;
        slots.end[i] = at + 16;
        return null;
      },
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) out.null();
        else out.token('phone', slots.scratch, slots.start[i]);
      },
    };
  },
};

/** Phones are sealed under a key of their own and need no kind. */
const PHONE_KIND = 0;

function isPhone(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== 11 || bytes[start] !== 49) return false;
  for (let k = start + 1; k < end; k++) if (bytes[k] < 48 || bytes[k] > 57) return false;
  return true;
}

/** The byte-level twin of the kernel's `packInto` for [0-9X]: four bits a character (a spec holds them equal). */
export function packDigits(out: Buffer, at: number, kind: number, bytes: Buffer, start: number, length: number): void {
  const head = (kind << 5) | length;
  out[at] = head >> 8;
  out[at + 1] = head & 255;
  for (let k = at + 2; k < at + 16; k++) out[k] = 0;
  for (let k = 0; k < length; k++) {
    const c = bytes[start + k];
    const value = c === 88 ? 10 : c - 48;
    out[at + 2 + (k >> 1)] |= (k & 1) === 0 ? value << 4 : value;
  }
}
