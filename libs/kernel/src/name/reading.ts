import { createRequire } from 'node:module';
import { foldName } from './fold.js';
import { UNKNOWN } from './folding-table.js';

/** Two-character surnames still borne. */
const COMPOUND = new Set((
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 慕容 公孙 令狐 司徒 夏侯 长孙 宇文 轩辕 端木 百里 东郭 南宫 闻人 申屠 濮阳 淳于 '
  + '单于 太史 公冶 宗政 澹台 赫连 鲜于 万俟 呼延 拓跋 独孤 西门 第五 钟离 公羊 亓官 司空 仲孙 司寇 颛孙 公西 乐正 公良 '
  + '漆雕 壤驷 夹谷 谷梁 宰父 梁丘 左丘 东门 微生 羊舌 纳兰 完颜 叶赫 那拉 爱新 富察 佟佳 钮祜'
).split(' '));

/** Readings as a surname where they differ from the everyday one and pinyin-pro's list of surnames does not have them. */
const SURNAME_READING = new Map([
  ['秘', 'bi'], ['种', 'chong'], ['洗', 'xian'], ['冼', 'xian'], ['逄', 'pang'], ['牟', 'mu'], ['单于', 'chan yu'], ['亓官', 'qi guan'],
]);

const HAN = /^\p{Script=Han}+$/u;

/** Whether all of a folded name that can be read is Han, and there is something of it. */
function isHan(folded: string): boolean {
  let read = 0;
  for (let i = 0; i < folded.length; i++) {
    const c = folded.charCodeAt(i);
    if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf)) read++;
    else if (folded[i] !== UNKNOWN) return HAN.test(folded.replaceAll(UNKNOWN, ''));
  }
  return read > 0;
}

/** A name taken apart, all of it on its folded form. */
export interface NameParts {
  folded: string;
  /** The whole name where a surname cannot be told: transliterated and foreign names. */
  surname: string;
  given: string;
  /** How many characters the name has. */
  letters: number;
}

export function nameParts(name: string): NameParts {
  const folded = foldName(name);
  let letters = 0, pairs = 0;
  for (let i = 0; i < folded.length; i++, letters++) {
    const c = folded.charCodeAt(i);
    if (c >= 0xd800 && c <= 0xdbff && i + 1 < folded.length) {
      if (i === 0) pairs = 1;
      i++;
    }
  }
  if (letters > 4 || !isHan(folded)) return { folded, surname: folded, given: '', letters };
  const length = letters >= 3 && COMPOUND.has(folded.slice(0, 2)) ? 2 : 1 + pairs;
  return { folded, surname: folded.slice(0, length), given: folded.slice(length), letters };
}

/** The surname on its folded form; the whole name where a surname cannot be told. */
export function surname(name: string): string {
  return nameParts(name).surname;
}

type Pinyin = (s: string, o: { toneType: 'none'; v: true; type: 'array'; mode?: 'surname' }) => string[];
let pinyin: Pinyin | undefined;
const plain = new Map<string, string>();
const asSurname = new Map<string, string>();

function read(s: string, surnameMode: boolean): string {
  const known = surnameMode ? asSurname : plain;
  let reading = known.get(s);
  if (reading === undefined) {
    if (pinyin === undefined) {
      const require = createRequire(import.meta.url);
      ({ pinyin } = require('pinyin-pro') as { pinyin: Pinyin });
    }
    reading = surnameMode
      ? SURNAME_READING.get(s) ?? pinyin(s, { toneType: 'none', v: true, type: 'array', mode: 'surname' }).join(' ')
      : pinyin(s, { toneType: 'none', v: true, type: 'array' }).join(' ');
    reading = reading.toLowerCase();
    if (known.size < 100_000) known.set(s, reading);
  }
  return reading;
}

/** How the name sounds: syllables without tones, ü as v, the surname read as a surname; Latin names in lower case; an unknown character is □. */
export function pinyinKey(name: string): string {
  return soundOfParts(nameParts(name));
}

/** {@link pinyinKey} of a name already taken apart. */
export function soundOfParts({ folded, surname, given, letters }: NameParts): string {
  if (folded === '') return '';
  if (!isHan(folded)) return folded.toLowerCase();
  let key = letters > 4 ? '' : read(surname, true);
  for (const character of letters > 4 ? folded : given) key += (key === '' ? '' : ' ') + (character === UNKNOWN ? UNKNOWN : read(character, false));
  return key;
}
