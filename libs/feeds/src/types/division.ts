import { writeText } from './text.js';
import type { FieldCodec, ValueType } from './value-type.js';

/** A division code: 6 digits to county, 9 to township, 12 to village (GB/T 2260 and the statistics bureau's list). */
export const division: ValueType = {
  column: 'text',
  compile(_field, { divisions }): FieldCodec {
    // Few distinct codes, many rows: remember the verdict by code.
    const verdicts = new Map<string, boolean>();
    const judge = (written: string): boolean => {
      if (!/^\d{6}(\d{3}){0,2}$/.test(written)) return false;
      if (divisions.known.has(written)) return true;
      return !divisions.detailed.has(written.slice(0, 6)) && divisions.known.has(written.slice(0, 2));
    };
    return {
      read(bytes, start, end, slots, i) {
        const written = bytes.toString('latin1', start, end);
        let known = verdicts.get(written);
        if (known === undefined) {
          known = judge(written);
          if (verdicts.size < 20000) verdicts.set(written, known);
        }
        if (!known) return 'division-unknown';
        slots.setRange(i, start, end);
        return null;
      },
      write: writeText,
    };
  },
};
