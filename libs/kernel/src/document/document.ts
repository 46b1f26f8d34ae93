import { foldDocument, parseCitizenId } from './citizen-id.js';

/** The hub's document kinds that have rules of their own; the list with its words is config/codes/document-kind.csv. */
export const DOCUMENT_KINDS = {
  residentIdCard: '111',
  temporaryIdCard: '112',
  householdBooklet: '113',
  birthCertificate: '227',
  passport: '414',
  taiwanTravelPermit: '511',
  hongKongMacauTravelPermit: '516',
  hongKongMacauTaiwanResidencePermit: '521',
  foreignPermanentResident: '553',
  other: '990',
  none: '999',
} as const;

export type DocumentProblem = 'document-shape' | 'citizen-id-shape' | 'citizen-id-check' | 'citizen-id-date';

export interface NormalDocument {
  /** The kind whose number this is: a booklet's and a temporary card's number is the resident id card's. */
  kind: string;
  number: string;
  /** The number is a citizen id number. */
  citizen: boolean;
}

const CITIZEN_KINDS = new Set(['111', '112', '113']);
const BEYOND_MAINLAND = /^(?:810000|820000|830000)/;
const BIRTH_CERTIFICATE = /^[A-Z]\d{9}$/;
const TAIWAN_PERMIT = /^(\d{8})(?:\d{2}[A-Z]?)?$/;
const HONG_KONG_MACAU_PERMIT = /^([HM]\d{8})(?:\d{2})?$/;
const PASSPORT = /^(?=.*\d)[A-Z0-9]{5,15}$/;
const OLD_FOREIGN_CARD = /^[A-Z]{3}\d{12}$/;
const ANY = /^[0-9A-Z./-]{4,21}$/;
const CITIZEN = /^\d{17}[\dX]$/;

/**
 * One document on its normal form, so that the same document has one spelling and one token.
 * null: the row names no document (no number, or kind 999). Issue counts behind a travel permit's lifelong number are dropped.
 */
export function normaliseDocument(kind: string, number: string): NormalDocument | { problem: DocumentProblem } | null {
  if (kind === DOCUMENT_KINDS.none) return null;
  const folded = foldDocument(number);
  if (folded === '') return null;
  if (CITIZEN_KINDS.has(kind)) return citizenNumber(folded);
  switch (kind) {
    case DOCUMENT_KINDS.hongKongMacauTaiwanResidencePermit:
      return CITIZEN.test(folded) && BEYOND_MAINLAND.test(folded) ? citizenNumber(folded) : { problem: 'document-shape' };
    case DOCUMENT_KINDS.foreignPermanentResident:
      return foreignCard(folded);
    case DOCUMENT_KINDS.taiwanTravelPermit:
      return lifelong(kind, TAIWAN_PERMIT.exec(folded));
    case DOCUMENT_KINDS.hongKongMacauTravelPermit:
      return lifelong(kind, HONG_KONG_MACAU_PERMIT.exec(folded));
    case DOCUMENT_KINDS.birthCertificate:
      return shaped(kind, folded, BIRTH_CERTIFICATE);
    case DOCUMENT_KINDS.passport:
      return shaped(kind, folded, PASSPORT);
    default:
      return shaped(kind, folded, ANY);
  }
}

function citizenNumber(folded: string): NormalDocument | { problem: DocumentProblem } {
  const parsed = parseCitizenId(folded);
  if (parsed === null) return { problem: 'citizen-id-shape' };
  if (parsed.problem !== null) return { problem: parsed.problem };
  // Suppliers write a residence permit of a Hong Kong, Macau or Taiwan resident as an id card: the number tells.
  return BEYOND_MAINLAND.test(parsed.id)
    ? { kind: DOCUMENT_KINDS.hongKongMacauTaiwanResidencePermit, number: parsed.id, citizen: false }
    : { kind: DOCUMENT_KINDS.residentIdCard, number: parsed.id, citizen: true };
}

/** New form: 18 characters beginning with 9 and checked like a citizen id; old form: 3 letters and 12 digits. */
function foreignCard(folded: string): NormalDocument | { problem: DocumentProblem } {
  const kind = DOCUMENT_KINDS.foreignPermanentResident;
  if (OLD_FOREIGN_CARD.test(folded)) return { kind, number: folded, citizen: false };
  if (!CITIZEN.test(folded) || folded[0] !== '9') return { problem: 'document-shape' };
  const parsed = parseCitizenId(folded);
  if (parsed === null) return { problem: 'document-shape' };
  return parsed.problem === null ? { kind, number: parsed.id, citizen: false } : { problem: parsed.problem };
}

function lifelong(kind: string, match: RegExpExecArray | null): NormalDocument | { problem: DocumentProblem } {
  return match?.[1] === undefined ? { problem: 'document-shape' } : { kind, number: match[1], citizen: false };
}

function shaped(kind: string, folded: string, shape: RegExp): NormalDocument | { problem: DocumentProblem } {
  return shape.test(folded) ? { kind, number: folded, citizen: false } : { problem: 'document-shape' };
}
