import type { Slots } from '../row/slots.js';
import { writeText } from './text.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A division code: 6 digits to county, 9 to township, 12 to village (GB/T 2260 and the statistics bureau's list). */
export const division: ValueType = {
  column: 'text',
  compile(_field, { divisions }): FieldCodec {
    // Few distinct codes, many rows: remember the verdict by code. Twelve digits are a whole number.
    const verdicts = new Map<number, boolean>();
    const judge = (written: string): boolean => {
      if (!/^\d{6}(\d{3}){0,2}$/.test(written)) return false;
      if (divisions.known.has(written)) return true;
      return !divisions.detailed.has(written.slice(0, 6)) && divisions.known.has(written.slice(0, 2));
    };
    let last = -1;
    let lastKnown = false;
    return {
      read(bytes: Buffer, start: number, end: number, slots: Slots, i: number): string | null {
        // A leading one keeps codes of other lengths apart.
        let number = 1;
        if (end - start > 12) return 'division-unknown';
        for (let k = start; k < end; k++) {
          const digit = bytes[k] - 48;
          if (digit < 0 || digit > 9) return 'division-unknown';
          number = number * 10 + digit;
        }
        if (number !== last) {
          let known = verdicts.get(number);
          if (known === undefined) {
            known = judge(bytes.toString('latin1', start, end));
            if (verdicts.size < 20000) verdicts.set(number, known);
          }
          last = number;
          lastKnown = known;
        }
        if (!lastKnown) return 'division-unknown';
        slots.setRange(i, start, end);
        return null;
      },
      write: writeText,
    };
  },
};
