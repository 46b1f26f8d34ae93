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

/** How many characters of a folded Han name are surname; all of it where the name is not of the Han pattern (transliterated, foreign). */
function surnameLength(characters: string[], folded: string): number {
  if (characters.length > 4 || !HAN.test(folded.replaceAll(UNKNOWN, ''))) return characters.length;
  return characters.length >= 3 && COMPOUND.has(folded.slice(0, 2)) ? 2 : 1;
}

/** The surname on its folded form; the whole name where a surname cannot be told. */
export function surname(name: string): string {
  const folded = foldName(name);
  const characters = Array.from(folded);
  return characters.slice(0, surnameLength(characters, folded)).join('');
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
  const folded = foldName(name);
  if (folded === '') return '';
  const characters = Array.from(folded);
  if (!HAN.test(folded.replaceAll(UNKNOWN, ''))) return folded.toLowerCase();
  const length = characters.length > 4 ? 0 : surnameLength(characters, folded);
  let key = length === 0 ? '' : read(characters.slice(0, length).join(''), true);
  for (let i = length; i < characters.length; i++) {
    const character = characters[i] ?? '';
    key += (key === '' ? '' : ' ') + (character === UNKNOWN ? UNKNOWN : read(character, false));
  }
  return key;
}
