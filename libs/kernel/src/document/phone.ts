import { holdsCitizenId } from './citizen-id.js';

const MOBILE = /^1[3-9]\d{9}$/;
const LANDLINE = /^0\d{2,3}[2-9]\d{6,7}$/;
const LOCAL = /^[2-9]\d{6,7}$/;

/** A phone number on its digits: 11 for a mobile, area code and number for a landline, 7 or 8 where the area code is missing. null: not a phone number. */
export function normalisePhone(s: string): string | null {
  if (MOBILE.test(s)) return s;
  const digits = s.normalize('NFKC').replace(/[\s()-]/g, '').replace(/^(?:\+86|0086|86(?=1\d{10}$))/, '');
  return MOBILE.test(digits) || LANDLINE.test(digits) || LOCAL.test(digits) ? digits : null;
}

/** Whether free text holds a number that is somebody's: a citizen id or a mobile number. */
export function holdsPersonalNumber(text: string): boolean {
  return holdsCitizenId(text) || /(?<!\d)1[3-9]\d{9}(?!\d)/.test(text.normalize('NFKC').replace(/(?<=\d)[\s-](?=\d)/g, ''));
}
