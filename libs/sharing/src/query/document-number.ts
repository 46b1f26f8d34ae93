import { DOCUMENT_KINDS, foldDocument, normaliseDocument } from '#kernel';

const OLD_FOREIGN_CARD = /^[A-Z]{3}\d{12}$/;

/**
 * The document a bare number stands for, on its normal form: the number itself tells a citizen's from a
 * foreign permanent resident's (it begins with 9, or with three letters). null: nobody can have it.
 */
export function documentOfNumber(number: string): { kind: string; number: string } | null {
  const folded = foldDocument(number);
  const foreign = (folded.length === 18 && folded.startsWith('9')) || OLD_FOREIGN_CARD.test(folded);
  const normal = normaliseDocument(foreign ? DOCUMENT_KINDS.foreignPermanentResident : DOCUMENT_KINDS.residentIdCard, folded);
  return normal === null || 'problem' in normal ? null : { kind: normal.kind, number: normal.number };
}
