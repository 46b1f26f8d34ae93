import { DOCUMENT_KINDS, normaliseDocument, packBlock } from '#kernel';
import { IN_SCRATCH, type Slots } from '../row/slots.js';
import { yyyymmdd } from './date.js';
import { packDigits } from './phone.js';
import type { FieldCodec, ValueType } from './value-type.js';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = Buffer.from('10X98765432');
const ID_CARD = Number(DOCUMENT_KINDS.residentIdCard);
const CITIZEN_KINDS = new Set(['111', '112', '113']);

/** What a document number says of its holder, beside being one. */
export interface DocumentFacts {
  /** Hub kind whose number this is. */
  kind: string;
  /** yyyymmdd and sex inside a citizen id; 0 and '' for other documents. */
  birthDate: number;
  sex: string;
}

/**
 * A document number, stored as the token of its normal form. The slot holds the packed block. It is read
 * after the other fields since its kind may stand in another column.
 */
export function readDocument(kind: string, bytes: Buffer, start: number, end: number, slots: Slots, i: number, facts: DocumentFacts): string | null {
  if (end - start === 18 && bytes[start] !== EIGHT && CITIZEN_KINDS.has(kind)) {
    const rule = readCitizenId(bytes, start, slots, i, facts);
    if (rule !== SLOW) return rule;
  }
  if (end - start > 120) return 'document-shape';
  const normal = normaliseDocument(kind, bytes.toString('utf8', start, end));
  if (normal === null) return null;
  if ('problem' in normal) return normal.problem;
  const block = packBlock(Number(normal.kind), normal.number);
  if (block === null) return 'document-shape';
  const at = slots.reserve(16);
  slots.scratch.set(block, at);
  setBlock(slots, i, at);
  facts.kind = normal.kind;
  facts.birthDate = normal.citizen ? Number(normal.number.slice(6, 14)) : 0;
  facts.sex = normal.citizen ? (Number(normal.number[16]) % 2 === 1 ? '1' : '2') : '';
  return null;
}

const EIGHT = 56;
const SLOW = 'slow';

/** GB 11643 on bytes: 17 digits, a real birth date, the MOD 11-2 check character. */
function readCitizenId(bytes: Buffer, start: number, slots: Slots, i: number, facts: DocumentFacts): string | null {
  let sum = 0;
  for (let k = 0; k < 17; k++) {
    const digit = bytes[start + k] - 48;
    if (digit < 0 || digit > 9) return SLOW;
    sum += digit * WEIGHTS[k];
  }
  // A lower-case x, and whatever else stands there, is the slow path's to fold or name.
  if (CHECK[sum % 11] !== bytes[start + 17]) return SLOW;
  const birthDate = yyyymmdd(bytes, start + 6);
  if (birthDate < 0) return SLOW;
  const at = slots.reserve(16);
  packDigits(slots.scratch, at, ID_CARD, bytes, start, 18);
  setBlock(slots, i, at);
  facts.kind = DOCUMENT_KINDS.residentIdCard;
  facts.birthDate = birthDate;
  facts.sex = (bytes[start + 16] & 1) === 1 ? '1' : '2';
  return null;
}

function setBlock(slots: Slots, i: number, at: number): void {
  slots.state[i] = IN_SCRATCH;
  slots.start[i] = at;
  slots.end[i] = at + 16;
}

export const document: ValueType = {
  column: 'uuid',
  compile(): FieldCodec {
    return {
      // Read through readDocument, with its kind.
      read: () => 'document-shape',
      write(out, _row, slots, i) {
        if (slots.state[i] === 0) out.null();
        else out.token('document', slots.scratch, slots.start[i]);
      },
    };
  },
};
