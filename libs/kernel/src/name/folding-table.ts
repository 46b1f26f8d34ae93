/**
 * What each character of a name folds to, as tables made once, at first use, from what the runtime and opencc-js know:
 * NFKC (Unicode), the private-use places of GBK and GB 18030-2000/2005 (the runtime's gb18030 decoder knows
 * where their characters live today), traditional and variant Han characters (opencc-js, t→cn, and a few forms it leaves alone).
 */
import { createRequire } from 'node:module';

/** What has to be done with a UTF-16 code unit of a name. */
export const SLOW = 0, SELF = 1, REPLACE = 2, DROP = 3;

export interface FoldingTable {
  /** SLOW, SELF, REPLACE or DROP of every code unit. */
  readonly does: Uint8Array;
  /** Where REPLACE: the code unit that stands instead. */
  readonly by: Uint16Array;
  /** Private-use character → standard character. */
  readonly privateUse: ReadonlyMap<string, string>;
  /** Simplified form of one Han character of any plane. */
  simplify(character: string): string;
}

/** One character nobody could read or type: every way of writing it folds to this. */
export const UNKNOWN = '□';
/** Ways suppliers write an unreadable character; whether a star is one tells its place (noted.ts). */
const UNKNOWN_MARKS = '□■▢◻〓?\uFFFD';
/** The middle dot of transliterated names and what is typed for it, spaces and digits that tell namesakes apart: nothing of it is the name. */
const DROPPED = '·•‧∙⋅・･․.．。●˙ \u3000\t\'’`,，、-－_0123456789０１２３４５６７８９';

/** Standard characters in names (qián as in 乾坤) that are also the traditional form of another (gān): in a name they are themselves. */
const KEPT_IN_NAMES = new Set(['乾']);

/** Forms usual in Hong Kong and on old papers that the conversion of standard traditional text leaves as they are. */
const VARIANTS = new Map([['衞', '卫'], ['敍', '叙'], ['粧', '妆'], ['枱', '台'], ['糭', '粽'], ['衹', '只']]);

/** GB 18030-2005 left six Han characters in private use that Unicode has in its supplementary planes (GB 18030-2022, annex D). */
const LEFT_PRIVATE = new Map([
  ['\uE816', '𠂇'], ['\uE817', '𠂉'], ['\uE818', '𠃌'], ['\uE831', '𡗗'], ['\uE83B', '𢦏'], ['\uE855', '𤇾'],
]);

let made: FoldingTable | undefined;

export function foldingTable(): FoldingTable {
  return (made ??= make());
}

type Convert = (s: string) => string;

function make(): FoldingTable {
  const require = createRequire(import.meta.url);
  const opencc = require('opencc-js/t2cn') as { Converter(o: { from: string; to: string }): Convert };
  const convert = opencc.Converter({ from: 't', to: 'cn' });
  const once: Convert = (character) => (KEPT_IN_NAMES.has(character) ? character : VARIANTS.get(character) ?? convert(character));
  const seen = new Map<string, string>();
  const simplify: Convert = (character) => {
    let folded = seen.get(character);
    if (folded === undefined) {
      folded = settle(character, once);
      seen.set(character, folded);
    }
    return folded;
  };

  const does = new Uint8Array(65536), by = new Uint16Array(65536);
  const han = [...range(0x3400, 0x4dbf), ...range(0x4e00, 0x9fff)].map((c) => String.fromCharCode(c));
  // All of them in one text: a line break between two characters keeps them from being read as a word.
  const folded = convert(han.join('\n')).split('\n');
  han.forEach((character, i) => {
    const c = character.charCodeAt(0);
    const to = folded[i] === character && !VARIANTS.has(character) ? character : simplify(character);
    does[c] = to === character ? SELF : to.length === 1 ? REPLACE : SLOW;
    if (does[c] === REPLACE) by[c] = to.charCodeAt(0);
  });
  for (const c of range(0x41, 0x5a)) {
    does[c] = SELF;
    does[c + 32] = REPLACE;
    by[c + 32] = c;
  }
  for (const mark of UNKNOWN_MARKS) {
    does[mark.charCodeAt(0)] = REPLACE;
    by[mark.charCodeAt(0)] = UNKNOWN.charCodeAt(0);
  }
  does[UNKNOWN.charCodeAt(0)] = SELF;
  for (const c of DROPPED) does[c.charCodeAt(0)] = DROP;
  return { does, by, privateUse: privateUse(), simplify };
}

/** Repeats a conversion until it changes nothing; a circle of forms ends at its least member. */
function settle(character: string, once: Convert): string {
  const line = [character];
  for (;;) {
    const next = once(line.at(-1) ?? character);
    const at = line.indexOf(next);
    if (at >= 0) return line.slice(at).sort()[0] ?? next;
    line.push(next);
  }
}

function* range(from: number, to: number): Generator<number> {
  for (let c = from; c <= to; c++) yield c;
}

/** GBK puts its late characters at FE50–FEA0 and two letters at A8BC and A8BF; before Unicode had them they lived in private use. */
function privateUse(): Map<string, string> {
  const decoder = new TextDecoder('gb18030');
  const map = new Map<string, string>();
  const place = (at: number, bytes: [number, number]): void => {
    const old = String.fromCharCode(at), now = decoder.decode(Uint8Array.from(bytes));
    if (now !== old && now.length <= 2 && !now.includes('\uFFFD')) map.set(old, now);
  };
  let at = 0xe815;
  for (let low = 0x50; low <= 0xa0; low++) if (low !== 0x7f) place(at++, [0xfe, low]);
  place(0xe7c7, [0xa8, 0xbc]);
  place(0xe7c8, [0xa8, 0xbf]);
  for (const [old, now] of LEFT_PRIVATE) map.set(old, now);
  return map;
}
