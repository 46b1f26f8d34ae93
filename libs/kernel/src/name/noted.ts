/** What people write into the name field beside the name: a sex, a note, a star, or one character told by its parts, 王(王君) for 王珺. */
import { UNKNOWN } from './folding-table.js';

const BRACKETS = /[([【〔[]([^)\]】〕\]]*)[)\]】〕\]]/gu;
const NOTED = /[*([【〔[]/u;
const PARTS = /^\p{Script=Han}{2,3}$/u;
/** One part again and again (吉吉, 水水水), or a left side and what stands beside it. */
const SURELY_PARTS = /^(?:(.)\1+|[王氵水亻火木日月钅金石土女口山马鱼鸟虫禾米目贝车方立][^\d]{1,2})$/u;
const HAN_BEFORE = /\p{Script=Han}+$/u, HAN_BEHIND = /^\s*\p{Script=Han}/u;
const STAR_BEHIND = /(\p{Script=Han}{2})\*[\s.]*$/u;

/** The name without what is noted on it; a character told by its parts is one nobody could type. The text is in NFKC. */
export function withoutNotes(name: string): string {
  if (!NOTED.test(name)) return name;
  const noted = name.replace(BRACKETS, (whole: string, inside: string, at: number, all: string) => {
    if (inside === '男' || inside === '女') return '';
    const before = HAN_BEFORE.exec(all.slice(0, at).trimEnd())?.[0].length ?? 0, behind = all.slice(at + whole.length);
    if (before === 0 || !/\p{Script=Han}/u.test(inside)) return whole;
    // Nobody is called by a surname only, and notes stand behind the name: between its characters stands a character.
    if (PARTS.test(inside) && (before === 1 || HAN_BEHIND.test(behind) || SURELY_PARTS.test(inside))) return UNKNOWN;
    return before <= 4 && behind.trim() === '' && before > 1 ? '' : whole;
  });
  // Masked names keep their end (张*明) or nothing but the surname (张*): a star behind a whole name is a mark on a list.
  return noted.replace(STAR_BEHIND, '$1').replaceAll('*', UNKNOWN);
}
