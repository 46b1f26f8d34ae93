/**
 * How an English name sounds: Metaphone (L. Philips, 1990), its rules as rewritings in order, with what Double Metaphone
 * changed that matters in names: B is P, every first vowel is A, Mac and Mc are one, Slavic cz and sz are read. X is sh, 0 is th.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/([^c])\1+/g, '$1'],
  [/^(?:[kgp](?=n)|a(?=e)|w(?=r)|h(?=[^aeiouy]))/, ''], [/^x/, 's'], [/^wh/, 'w'], [/^ma?c(?=[^ehiy])/, 'mk'],
  [/mb$/, 'm'],
  [/ph/g, 'f'], [/sh|s(?=i[oa])/g, 'X'], [/th/g, '0'], [/t(?=i[oa])/g, 'X'],
  [/[cs]z/g, 'X'], [/sch(?=o)/g, 'sk'], [/ch(?=[lr])/g, 'k'], [/sch|tch|ch|c(?=ia)/g, 'X'], [/c(?=[eiy])/g, 's'], [/[cq]/g, 'k'],
  [/dg(?=[eiy])/g, 'J'], [/d/g, 't'],
  [/gh(?=[aeiouy])/g, 'k'], [/(?<=[aeo]u)gh$/, 'f'], [/gh/g, ''], [/gn(?=s?$|ed$)/, 'n'], [/^g(?=i[bl])/, 'k'], [/g(?=[eiy])/g, 'J'], [/g/g, 'k'], [/j/g, 'J'],
  [/b/g, 'p'], [/v/g, 'f'], [/x/g, 'ks'], [/z/g, 's'],
  [/(?<![aeiouy]|^)h|h(?![aeiouy])/g, ''], [/(?<!^)w|^w(?![aeiouy])/g, ''], [/(.)\1+/g, '$1'],
  [/^[aeiouy]+/, 'A'], [/[aeiouy]+/g, ''],
];

/** The key of a word of small letters; '' where nothing of it is a Latin letter. */
export function soundOf(word: string): string {
  let key = word.replace(/[^a-z]+/g, '');
  for (const [what, by] of RULES) key = key.replace(what, by);
  return key.toUpperCase();
}
