/** Citizen id numbers: GB 11643 (17 digits and a check character by ISO 7064 MOD 11-2), with the 15-digit form before it. */
import { isRealDate } from '../date/date.js';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

export type CitizenIdProblem = 'citizen-id-check' | 'citizen-id-date';

export interface CitizenId {
  /** 18 characters, folded and upgraded. */
  id: string;
  /** Check character right and birth date real. */
  valid: boolean;
  problem: CitizenIdProblem | null;
  /** YYYY-MM-DD; null when the date inside does not exist. */
  birthDate: string | null;
  /** GB/T 2261.1: 1 male, 2 female. */
  sex: '1' | '2';
  /** First six digits: the division of first registration. */
  division: string;
}

const FOLDED = /^[0-9A-Z./-]*$/;

/** A document number in its folded form: NFKC, upper case, without spaces, quotes and invisible characters. */
export function foldDocument(s: string): string {
  if (FOLDED.test(s)) return s;
  return s.normalize('NFKC').toUpperCase().replace(/[\s'"`’‘“”\p{Cf}\p{Cc}]+/gu, '').normalize('NFC');
}

/** The 18th character for the first 17 digits. */
export function checkCharacter(first17: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (first17.charCodeAt(i) - 48) * (WEIGHTS[i] ?? 0);
  return CHECK.charAt(sum % 11);
}

const SHAPE18 = /^[1-9]\d{16}[\dX]$/;
const SHAPE15 = /^[1-9]\d{14}$/;
const ONE_DIGIT = /^(\d)\1+$/;

/** Reads a citizen id number in any spelling; null when it does not have the shape of one. */
export function parseCitizenId(s: string): CitizenId | null {
  let id = s;
  if (!SHAPE18.test(id)) {
    id = foldDocument(s);
    if (SHAPE15.test(id)) {
      const upgraded = `${id.slice(0, 6)}19${id.slice(6)}`;
      id = upgraded + checkCharacter(upgraded);
    } else if (!SHAPE18.test(id)) return null;
  }
  const division = id.slice(0, 6);
  // Fillers, not numbers: no division is one digit six times, and order numbers begin at 001.
  if ((id[0] === id[1] && ONE_DIGIT.test(division)) || id.slice(14, 17) === '000') return null;
  const year = Number(id.slice(6, 10)), month = Number(id.slice(10, 12)), day = Number(id.slice(12, 14));
  const real = year >= 1800 && year < 2200 && isRealDate(year, month, day);
  const problem = checkCharacter(id) !== id[17] ? 'citizen-id-check' : real ? null : 'citizen-id-date';
  return {
    id,
    valid: problem === null,
    problem,
    birthDate: real ? `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}` : null,
    sex: (id.charCodeAt(16) & 1) === 1 ? '1' : '2',
    division,
  };
}

/** Whether free text holds somebody's citizen id. */
export function holdsCitizenId(text: string): boolean {
  if (text.length < 15) return false;
  const runs = text.normalize('NFKC').match(/\d{15,17}[\dXx]?\d*/g);
  return runs?.some((run) => parseCitizenId(run)?.valid === true) ?? false;
}
