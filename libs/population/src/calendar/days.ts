/** Days as whole numbers from 2000-01-01, and the ways suppliers write them. */

/** Hinnant, days_from_civil. */
export function dayOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 730425;
}

export interface Civil { year: number; month: number; day: number }

/** Hinnant, civil_from_days. */
export function civil(days: number): Civil {
  const z = days + 730425;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

const FIRST = dayOf(1890, 1, 1);
const written: string[] = [];

/** YYYYMMDD. Each day is written once and remembered. */
export function yyyymmdd(day: number): string {
  const known = written[day - FIRST];
  if (known !== undefined) return known;
  const { year, month, day: d } = civil(day);
  const text = `${year}${month < 10 ? '0' : ''}${month}${d < 10 ? '0' : ''}${d}`;
  if (day >= FIRST) written[day - FIRST] = text;
  return text;
}

/** YYYYMM of the month `back` months before the day's own. */
export function yyyymm(day: number, back = 0): string {
  const text = yyyymmdd(day);
  if (back === 0) return text.slice(0, 6);
  const months = Number(text.slice(0, 4)) * 12 + Number(text.slice(4, 6)) - 1 - back;
  const month = (months % 12) + 1;
  return `${Math.floor(months / 12)}${month < 10 ? '0' : ''}${month}`;
}

export function isoDate(day: number): string {
  const text = yyyymmdd(day);
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}

/** Whole years lived on `day` by one born on `birth`. */
export function ageOn(day: number, birth: number): number {
  const now = Number(yyyymmdd(day));
  const then = Number(yyyymmdd(birth));
  return Math.floor((now - then) / 10000);
}

/** The day someone turns `age`. */
export function birthday(birth: number, age: number): number {
  const { year, month, day } = civil(birth);
  return month === 2 && day === 29 ? dayOf(year + age, 3, 1) : dayOf(year + age, month, day);
}

/** @returns the day, or null when the text is not a real YYYY-MM-DD */
export function parseIsoDate(text: string): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!parts) return null;
  const day = dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  return isoDate(day) === text ? day : null;
}

const two: string[] = Array.from({ length: 60 }, (_, n) => (n < 10 ? `0${n}` : String(n)));

/** YYYYMMDDHHMMSS: office hours of the day, told by 32 random bits. */
export function stampOn(day: number, bits: number): string {
  return yyyymmdd(day) + two[8 + (bits % 10)] + two[(bits >>> 8) % 60] + two[(bits >>> 16) % 60];
}
