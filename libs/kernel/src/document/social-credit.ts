/** Unified social credit codes of organisations: GB 32100, check character by MOD 31. */
import { foldDocument } from './citizen-id.js';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const SHAPE = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

export interface SocialCredit {
  code: string;
  valid: boolean;
  /** First character: the registering department (1 establishment office, 5 civil affairs, 9 market regulation, N agriculture, …). */
  department: string;
  division: string;
  /** The nine characters that name the body (GB 11714). */
  body: string;
}

/** Reads a code in any spelling; null when it does not have the shape of one. */
export function parseSocialCredit(s: string): SocialCredit | null {
  const code = foldDocument(s);
  if (!SHAPE.test(code)) return null;
  return {
    code,
    valid: socialCreditCheck(code.slice(0, 17)) === code[17],
    department: code.charAt(0),
    division: code.slice(2, 8),
    body: code.slice(8, 17),
  };
}

/** The 18th character: weights are the powers of 3 modulo 31. */
export function socialCreditCheck(first17: string): string {
  let sum = 0, weight = 1;
  for (let i = 0; i < 17; i++) {
    sum += ALPHABET.indexOf(first17.charAt(i)) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}
