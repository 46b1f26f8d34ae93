// Role: the words every library shares: errors, clocks, citizen ids and other documents, names, addresses, dates, code lists.
// Hides: check characters, folding tables, pinyin readings, how a document number packs into one block.
// Reads: nothing; code lists and division names come as arguments.
// Writes: nothing.
// Never: does I/O, holds a key, knows a feed or a district.
export { HubError, type HubErrorParts, type Text } from './error/hub-error.js';
export { systemClock, type Clock } from './clock/clock.js';
export { checkCharacter, foldDocument, holdsCitizenId, parseCitizenId, type CitizenId } from './document/citizen-id.js';
export { DOCUMENT_KINDS, normaliseDocument, type DocumentProblem, type NormalDocument } from './document/document.js';
export { holdsPersonalNumber, normalisePhone } from './document/phone.js';
export { packBlock, packInto, unpackBlock } from './document/pack.js';
export { parseSocialCredit, socialCreditCheck, type SocialCredit } from './document/social-credit.js';
export { dateOfDays, daysFrom2000, isRealDate, parseDate, type DateResult } from './date/date.js';
export { CodeSet, parseCodeSet, type Code, type CodeFault } from './code/code-set.js';
export { foldName, isName, isSelfFolding, selfFoldingTable } from './name/fold.js';
export { nameParts, pinyinKey, soundOfParts, surname, type NameParts } from './name/reading.js';
export { nameAgreement, type NameAgreement, type NameFacts } from './name/agreement.js';
export { addressPlaces, normaliseAddress, placesNamed, type AddressPlaces, type NormalAddress } from './address/address.js';
