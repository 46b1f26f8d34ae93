import { characters, writeText } from './text.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A person's name, kept as delivered: at least one letter or character, or the wildcard of an unknown one. */
export const name: ValueType = {
  column: 'text',
  compile(field): FieldCodec {
    const max = field.max ?? 50;
    return {
      read(bytes, start, end, slots, i) {
        if (end - start > max && characters(bytes, start, end) > max) return 'text-length';
        let letter = false;
        for (let k = start; k < end; k++) {
          const c = bytes[k];
          if (c >= 0x80 || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 63) letter = true;
          else if (c < 32) return 'name-shape';
        }
        if (!letter) return 'name-shape';
        slots.setRange(i, start, end);
        return null;
      },
      write: writeText,
    };
  },
};
