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
  return { ...ofText(['', '_date', '_year', '_day', '_swapped'], readDate, 50_000), dates: ['_date'] };
}

function readDate(s: string): Reading {
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
