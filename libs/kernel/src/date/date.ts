/** Dates are text (YYYY-MM-DD) or day numbers, never a JavaScript Date: a birth date has no time zone. */

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the Gregorian calendar has this day. */
export function isRealDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || year < 1) return false;
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (MONTH_DAYS[month - 1] ?? 0);
}

/** Days from 2000-01-01, as PostgreSQL counts them in its binary `date` (days-from-civil: H. Hinnant, "chrono-compatible low-level date algorithms"). */
export function daysFrom2000(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 730425;
}

/** The day a day number stands for, as YYYY-MM-DD. */
export function dateOfDays(days: number): string {
  const z = days + 730425;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return iso(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

export type DateResult = { date: string } | { problem: 'date-shape' | 'date-real' };

const PLAIN = /^(\d{4})-?(\d{2})-?(\d{2})$/;
const LOOSE = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/;

/** Reads YYYYMMDD, YYYY-MM-DD and the ways people write the same (2020/1/2, 2020年1月2日, full-width digits). */
export function parseDate(s: string): DateResult {
  let match = PLAIN.exec(s);
  if (match === null) {
    const folded = s.normalize('NFKC').replace(/\s+/g, '');
    match = PLAIN.exec(folded) ?? LOOSE.exec(folded);
    if (match === null) return { problem: 'date-shape' };
  }
  const year = Number(match[1]), month = Number(match[2]), day = Number(match[3]);
  return isRealDate(year, month, day) ? { date: iso(year, month, day) } : { problem: 'date-real' };
}

function iso(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}
