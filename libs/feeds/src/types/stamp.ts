import { yyyymmdd } from './date.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A second, YYYYMMDDHHMMSS in the supplier's local time; the slot holds it as that number. */
export const stamp: ValueType = {
  column: 'timestamp',
  compile(field, { latest }): FieldCodec {
    const future = field.future === true;
    const fourteen = Buffer.alloc(14);
    return {
      read(bytes, start, end, slots, i) {
        if (end - start !== 14) {
          const folded = bytes.toString('utf8', start, Math.min(end, start + 60)).normalize('NFKC').replace(/[-/:.T\s]/g, '');
          if (!/^\d{14}$/.test(folded)) return 'stamp-shape';
          fourteen.write(folded, 'latin1');
          bytes = fourteen;
          start = 0;
        }
        const day = yyyymmdd(bytes, start);
        if (day === -1) return 'stamp-shape';
        if (day < 0) return 'date-real';
        let time = 0;
        for (let k = start + 8; k < start + 14; k++) {
          const digit = bytes[k] - 48;
          if (digit < 0 || digit > 9) return 'stamp-shape';
          time = time * 10 + digit;
        }
        if (time >= 240000 || ((time / 100) | 0) % 100 > 59 || time % 100 > 59) return 'date-real';
        if (!future && day > latest.date) return 'date-future';
        slots.setNumber(i, day * 1e6 + time);
        return null;
      },
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) out.null();
        else out.stamp(slots.number[i]);
      },
    };
  },
};
