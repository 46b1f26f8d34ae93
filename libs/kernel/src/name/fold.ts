import { DROP, REPLACE, SELF, SLOW, UNKNOWN, foldingTable } from './folding-table.js';
import { withoutNotes } from './noted.js';

let selfFolding: Uint8Array | undefined;

/** 65,536 bytes: 1 where the code point, wherever it stands in a name, folds to itself and asks nothing of its neighbours. */
export function selfFoldingTable(): Uint8Array {
  return (selfFolding ??= foldingTable().does.map((d) => (d === SELF ? 1 : 0)));
}

export function isSelfFolding(codePoint: number): boolean {
  return codePoint < 65536 && foldingTable().does[codePoint] === SELF;
}

/**
 * The form names are compared by: NFKC, upper case, simplified standard characters for traditional, variant and old
 * private-use ones, without dots, spaces, digits and what is noted on it ({@link withoutNotes}); an unreadable character is □.
 * Folding a folded name changes nothing. The original is what is kept and served.
 */
export function foldName(s: string): string {
  const { does, by } = foldingTable();
  const n = s.length;
  let i = 0;
  while (i < n && does[s.charCodeAt(i)] === SELF) i++;
  if (i === n) return s;
  let folded = s.slice(0, i);
  for (; i < n; i++) {
    const c = s.charCodeAt(i), what = does[c];
    if (what === SELF) folded += s[i];
    else if (what === REPLACE) folded += String.fromCharCode(by[c] ?? 0);
    else if (what === SLOW) return foldSlowly(s);
    else if (what !== DROP) break;
  }
  return folded;
}

/** Composition, case and simplification feed one another, so they are repeated until nothing moves. */
function foldSlowly(s: string): string {
  let folded = foldOnce(s);
  for (let i = 0; i < 8; i++) {
    const again = foldOnce(folded);
    if (again === folded) break;
    folded = again;
  }
  return folded;
}

const KEPT = /[\p{L}\p{M}\p{Co}]/u;

function foldOnce(s: string): string {
  const { does, by, privateUse, simplify } = foldingTable();
  let standard = '';
  for (const c of s) standard += privateUse.get(c) ?? c;
  standard = withoutNotes(standard.normalize('NFKC')).toUpperCase();
  let folded = '';
  for (const c of standard) {
    if (c.length > 1) {
      if (KEPT.test(c)) folded += simplify(c);
      continue;
    }
    const unit = c.charCodeAt(0), what = does[unit];
    if (what === SELF) folded += c;
    else if (what === REPLACE) folded += String.fromCharCode(by[unit] ?? 0);
    else if (what === SLOW && KEPT.test(c)) folded += simplify(c);
  }
  return folded.normalize('NFKC');
}

/** Whether the text can be somebody's name at all: something readable is left when it is folded. */
export function isName(s: string): boolean {
  const folded = foldName(s);
  for (let i = 0; i < folded.length; i++) if (folded[i] !== UNKNOWN) return true;
  return false;
}
