import { writeText } from './text.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A whole number that fits 32 bits. */
export const integer: ValueType = {
  column: 'int4',
  compile(): FieldCodec {
    return {
      read(bytes, start, end, slots, i) {
        const value = Number(bytes.toString('utf8', start, Math.min(end, start + 40)).normalize('NFKC'));
        if (!Number.isInteger(value) || Math.abs(value) > 2147483647) return 'number-shape';
        slots.setNumber(i, value);
        return null;
      },
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) out.null();
        else out.int4(slots.number[i]);
      },
    };
  },
};

/** A decimal, kept to the digit: stored as its text, which the facet's column casts where it must count. */
export const decimal: ValueType = {
  column: 'text',
  compile(): FieldCodec {
    return {
      read(bytes, start, end, slots, i) {
        const written = bytes.toString('utf8', start, Math.min(end, start + 60)).normalize('NFKC');
        if (!/^-?\d{1,20}(\.\d{1,12})?$/.test(written)) return 'number-shape';
        slots.setText(i, written);
        return null;
      },
      write: writeText,
    };
  },
};
