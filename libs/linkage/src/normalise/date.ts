import { isRealDate } from '#kernel';
import { ofText, type Normaliser, type Reading } from './normaliser.js';

/** Also where the month and the day are not known, or written as zeros. */
const FORMS = [
  /^(\d{4})-(\d{2})-(\d{2})$/,
  /^(\d{4})(\d{2})(\d{2})$/,
  /^(\d{4})(?:[-/.年](?:(\d{1,2})(?:[-/.月](?:(\d{1,2})[日号]?生?)?)?)?)?$/,
];
const TIME = /(?<=\d)[T\s]+\d{1,2}:\d{2}.*$|(?<=^\d{8})0{6}$/;
const HAN_DIGITS = '〇一二三四五六七八九';
const HAN_NUMBER = /[〇零一二三四五六七八九十]+/g;

/**
 * Columns: '' — YYYY-MM-DD; _date — the same, a date in PostgreSQL; _year — YYYY, also where no more is known; _day — MM-DD;
 * _swapped — month and day changed about, also where only that is a real date. A day no calendar has is only a year.
 */
export function date(): Normaliser {
  return { ...ofText(['', '_date', '_year', '_day', '_swapped'], readDate), dates: ['_date'] };
}

function readDate(s: string): Reading {
  return readIso(s) ?? readWritten(s);
}

/** Most dates are YYYY-MM-DD, and a whole one says everything. */
function readIso(s: string): Reading {
  if (s.length !== 10 || s[4] !== '-' || s[7] !== '-') return null;
  const year = digits(s, 0, 4), month = digits(s, 5, 7), day = digits(s, 8, 10);
  if (!(year > 1 && year < 9999) || !isRealDate(year, month, day)) return null;
  return [s, s, s.slice(0, 4), s.slice(5), isRealDate(year, day, month) ? `${s.slice(0, 5)}${s.slice(8)}${s.slice(4, 7)}` : null];
}

/** The number these characters write; NaN where one is no digit. */
function digits(s: string, from: number, to: number): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const digit = s.charCodeAt(i) - 48;
    n = digit >= 0 && digit <= 9 ? n * 10 + digit : NaN;
  }
  return n;
}

function readWritten(s: string): Reading {
  let match = FORMS[0]?.exec(s) ?? FORMS[1]?.exec(s) ?? null;
  if (match === null) {
    const folded = s.normalize('NFKC').trim().replace(TIME, '').replace(/\s+/g, '').replace(HAN_NUMBER, number);
    for (const form of FORMS) match ??= form.exec(folded);
  }
  if (match === null) return null;
  const [, yyyy = '', m = '', d = ''] = match;
  const year = Number(yyyy), month = Number(m), day = Number(d);
  // What programs write for "none".
  if (year === 0 || year === 9999 || (year === 1 && month === 1 && day === 1)) return null;
  const mm = m.padStart(2, '0'), dd = d.padStart(2, '0');
  const whole = isRealDate(year, month, day) ? `${yyyy}-${mm}-${dd}` : null;
  return [whole, whole, yyyy, whole === null ? null : `${mm}-${dd}`, isRealDate(year, day, month) ? `${yyyy}-${dd}-${mm}` : null];
}

/** 一九九〇, 三, 十二, 二十三, 三十. */
function number(han: string): string {
  const ten = han.indexOf('十');
  const value = (digits: string): string => Array.from(digits, (digit) => (digit === '零' ? 0 : HAN_DIGITS.indexOf(digit))).join('');
  return ten < 0 ? value(han) : `${value(han.slice(0, ten)) || 1}${value(han.slice(ten + 1)) || 0}`;
}
