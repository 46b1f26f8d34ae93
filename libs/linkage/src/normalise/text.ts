import { foldDocument } from '#kernel';
import { soundOf } from './sound.js';
import { ofText, settled, type Normaliser } from './normaliser.js';

const PLAIN = /^[a-z0-9]+(?: [a-z0-9]+)*$/;
/** Letters that Unicode does not take apart into a letter and a mark. */
const WHOLE: Readonly<Record<string, string>> = { ø: 'o', đ: 'd', ð: 'd', ł: 'l', ħ: 'h', æ: 'ae', œ: 'oe', þ: 'th' };

function foldText(s: string): string {
  return PLAIN.test(s) ? s : settled(foldOnce, s);
}

function foldOnce(s: string): string {
  return s.normalize('NFKC').toUpperCase().toLowerCase()
    .normalize('NFD').replace(/[\u0300-\u036F]+/g, '').replace(/[øđðłħæœþ]/g, (letter) => WHOLE[letter] ?? letter).normalize('NFKC')
    .replace(/['’‘ʼ`´]+/g, '').replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim();
}

const LETTERS = /^[a-z]+$/;

function foldWord(s: string): string {
  return LETTERS.test(s) ? s : settled((one) => foldText(one).replace(/[^\p{L}\p{M}]+/gu, ''), s);
}

/** Columns: '' — NFKC, lower case, without diacritics; an apostrophe is nothing, other punctuation a space. */
export function text(): Normaliser {
  return ofText([''], (s) => [foldText(s) || null]);
}

/** Columns: '' — the letters of `text`, nothing between them; _sound — how they sound in English; _first — the first of them. */
export function word(): Normaliser {
  return ofText(['', '_sound', '_first'], (s) => {
    const folded = foldWord(s);
    return folded === '' ? null : [folded, soundOf(folded) || null, String.fromCodePoint(folded.codePointAt(0) ?? 0)];
  }, 50_000);
}

/** Columns: '' — the digits, leading zeros among them. */
export function digits(): Normaliser {
  return ofText([''], (s) => [s.normalize('NFKC').replace(/[^0-9]+/g, '') || null]);
}

/** Columns: '' — NFKC, upper case, without spaces and quotes. */
export function code(): Normaliser {
  return ofText([''], (s) => [foldDocument(s) || null]);
}
