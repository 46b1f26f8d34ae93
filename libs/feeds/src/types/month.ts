import { daysFrom2000 } from './date.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A month, YYYYMM as delivered; stored as its first day. */
export const month: ValueType = {
  column: 'date',
  compile(field, { latest }): FieldCodec {
    const future = field.future === true;
    return {
      read(bytes, start, end, slots, i) {
        let value = 0;
        if (end - start === 6) {
          for (let k = start; k < end; k++) {
            const digit = bytes[k] - 48;
            if (digit < 0 || digit > 9) return 'month-shape';
            value = value * 10 + digit;
          }
        } else {
          const folded = /^(\d{4})(?:-|\/|\.|年)?(\d{2})月?$/.exec(bytes.toString('utf8', start, Math.min(end, start + 40)).normalize('NFKC'));
          if (!folded) return 'month-shape';
          value = Number(folded[1] + folded[2]);
        }
        const ofYear = value % 100;
        if (value < 188001 || ofYear < 1 || ofYear > 12) return 'date-real';
        if (!future && value * 100 + 1 > latest.date) return 'date-future';
        slots.setNumber(i, value * 100 + 1);
        return null;
      },
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) out.null();
        else out.int4(daysFrom2000(slots.number[i]));
      },
    };
  },
};
