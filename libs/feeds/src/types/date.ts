import type { FieldCodec, ValueType } from './value-type.js';

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads eight digits as yyyymmdd. @returns -1 when they are not digits, -2 when there is no such day */
export function yyyymmdd(bytes: Buffer, start: number): number {
  let value = 0;
  for (let k = start; k < start + 8; k++) {
    const digit = bytes[k] - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  const year = (value / 10000) | 0;
  const month = ((value / 100) | 0) % 100;
  const day = value % 100;
  if (year < 1880 || month < 1 || month > 12 || day < 1) return -2;
  const longest = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : DAYS[month - 1];
  return day > longest ? -2 : value;
}

/** Days from 2000-01-01, PostgreSQL's own epoch, of a yyyymmdd (Hinnant, days_from_civil). */
export function daysFrom2000(value: number): number {
  let year = (value / 10000) | 0;
  const month = ((value / 100) | 0) % 100;
  const day = value % 100;
  if (month <= 2) year--;
  const era = (year / 400) | 0;
  const yearOfEra = year - era * 400;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146097 + dayOfEra - 719468 - 10957;
}

/** Other spellings a supplier may send: full width, dashes, dots, 年月日. @returns eight digits or null */
export function foldDate(written: string): string | null {
  const folded = written.normalize('NFKC');
  const parts = /^(\d{4})(?:-|\/|\.|年)(\d{1,2})(?:-|\/|\.|月)(\d{1,2})日?$/.exec(folded);
  if (parts) return parts[1] + parts[2].padStart(2, '0') + parts[3].padStart(2, '0');
  return /^\d{8}$/.test(folded) ? folded : null;
}

/** A day, YYYYMMDD as delivered. The slot holds yyyymmdd. */
export const date: ValueType = {
  column: 'date',
  compile(field, { latest }): FieldCodec {
    const future = field.future === true;
    const eight = Buffer.alloc(8);
    return {
      read(bytes, start, end, slots, i) {
        let value: number;
        if (end - start === 8) value = yyyymmdd(bytes, start);
        else value = -1;
        if (value === -1) {
          const folded = end - start > 40 ? null : foldDate(bytes.toString('utf8', start, end));
          if (folded === null) return 'date-shape';
          eight.write(folded, 'latin1');
          value = yyyymmdd(eight, 0);
        }
        if (value < 0) return 'date-real';
        if (!future && value > latest.date) return 'date-future';
        slots.setNumber(i, value);
        return null;
      },
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) out.null();
        else out.int4(daysFrom2000(slots.number[i]));
      },
    };
  },
};
