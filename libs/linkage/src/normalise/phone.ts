import { normalisePhone } from '#kernel';
import { ofText, type Normaliser, type Reading } from './normaliser.js';

const MOBILE = /^1\d{10}$/;
/** The first of several numbers, or one with words around it. */
const SOMEWHERE = /(?<!\d)(?:\+?86|0086)?(1[3-9]\d{9})(?!\d)/;
/** Nobody's: the operator's own line, and zeros to fill the field. */
const FILLER = /^(?:13800138000|1\d{2}0{8})$/;

/** Columns: '' — the 11 digits of a mobile number; _front — its first 6; _back — its last 5. */
export function phone(): Normaliser {
  return ofText(['', '_front', '_back'], readPhone);
}

function readPhone(s: string): Reading {
  let number = normalisePhone(s);
  if (number === null) number = SOMEWHERE.exec(s.normalize('NFKC').replace(/(?<=\d)[\s.-]+(?=\d)/g, ''))?.[1] ?? null;
  if (number === null || !MOBILE.test(number) || FILLER.test(number)) return null;
  return [number, number.slice(0, 6), number.slice(6)];
}
