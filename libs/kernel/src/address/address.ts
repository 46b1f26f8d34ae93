import type { CodeSet } from '../code/code-set.js';

/** A village or community: its code and the one way its name stands in a key. */
interface Village { code: string; name: string }

/** A township-level division: full name first, then its short form. */
interface Town { code: string; names: readonly string[]; villages: ReadonlyMap<string, Village> }

/** A district's division names, compiled once for reading addresses. */
export interface AddressPlaces {
  /** Names of the province, the city and the district, each with its short form, outermost first. */
  readonly outer: readonly (readonly string[])[];
  /** Township-level divisions by the first character of their names. */
  readonly townsBy: ReadonlyMap<string, readonly Town[]>;
  /** Every spelling of a village's name that one township only has. */
  readonly villages: ReadonlyMap<string, Village>;
}

export interface NormalAddress {
  /** What two spellings of one place have in common: words, then numbers; empty where the text says too little to name a place. */
  key: string;
  /** Township or village the text names. */
  division?: string;
}

const SUFFIX = /(?:特别行政区|(?:回族|壮族|维吾尔)?自治区|省|市|区|县)$/;
const TOWN_SUFFIX = /(?:街道|镇|乡)$/;
const VILLAGE_COMMITTEE = /村?(?:村民委员会|村委会)/g;
const COMMUNITY_COMMITTEE = /(?:社区)?(?:居民委员会|居委会)/g;

/** Reads the divisions under one district (its code in the list) into what address reading needs. */
export function addressPlaces(divisions: CodeSet, district: string): AddressPlaces {
  const outer = divisions.lineOf(district).reverse().map(({ text }) => forms(text.zh, SUFFIX));
  const villages = new Map<string, Village>(), twice = new Set<string>();
  const townsBy = new Map<string, Town[]>();
  for (const town of divisions.childrenOf(district)) {
    const own = new Map<string, Village>();
    for (const { code, text } of divisions.childrenOf(town.code)) {
      const name = withoutCommittee(text.zh);
      for (const form of forms(name, /(?:社区|村)$/)) {
        own.set(form, { code, name });
        if (villages.has(form)) twice.add(form);
        villages.set(form, { code, name });
      }
    }
    add(townsBy, { code: town.code, names: forms(town.text.zh, TOWN_SUFFIX), villages: own });
  }
  for (const form of twice) villages.delete(form);
  return { outer, townsBy, villages };
}

/** The same from a plain list: what stands before a township's name, outermost first, and townships by name with their codes. */
export function placesNamed(outer: readonly string[], towns: Readonly<Record<string, string>>): AddressPlaces {
  const townsBy = new Map<string, Town[]>();
  for (const [name, code] of Object.entries(towns)) add(townsBy, { code, names: forms(name, TOWN_SUFFIX), villages: new Map() });
  return { outer: outer.map((name) => forms(name, SUFFIX)), townsBy, villages: new Map() };
}

function add(townsBy: Map<string, Town[]>, town: Town): void {
  const initial = town.names[0]?.charAt(0) ?? '';
  townsBy.set(initial, [...(townsBy.get(initial) ?? []), town]);
}

function forms(name: string, suffix: RegExp): string[] {
  const short = name.replace(suffix, '');
  return short.length >= 2 && short !== name ? [name, short] : [name];
}

function withoutCommittee(s: string): string {
  return s.includes('委') ? s.replace(VILLAGE_COMMITTEE, '村').replace(COMMUNITY_COMMITTEE, '社区') : s;
}

const PLAIN = /^[\u4e00-\u9fff0-9A-Z-]*$/;
const HAN_NUMBERS = /[一二三四五六七八九十〇零]{1,4}(?=号|楼|栋|幢|座|单元|室|户|层|排|弄)/g;
const HAN_DIGITS = '〇一二三四五六七八九';
const UNITS = /号楼|号院|单元|[楼栋幢座号室户层排弄-]/g;
const STREET = /[路街巷道园苑区院楼厦城庄里]/;
const ROAD_OR_VILLAGE = /[路街道巷村]/;
const SOME_COMMUNITY = /^[\u4e00-\u9fff]{2,8}?社区(?=[\u4e00-\u9fff])/;

/** Two spellings of one place get one key. Only what the text says is used: nothing is looked up but the names given. */
export function normaliseAddress(s: string, places: AddressPlaces): NormalAddress {
  let rest = withoutCommittee(PLAIN.test(s) ? s : plain(s));
  for (const names of places.outer) {
    // 淄博路 and 周村街 are roads: the short form of a place counts before anything else.
    const name = names.find((n) => rest.startsWith(n) && (n === names[0] || !ROAD_OR_VILLAGE.test(rest.charAt(n.length))));
    if (name !== undefined) rest = rest.slice(name.length);
  }
  const town = townOf(rest, places);
  if (town !== undefined) rest = rest.slice(town.length);
  const village = villageOf(rest, town?.villages ?? places.villages);
  if (village !== undefined) rest = village.rest;
  else if (rest.includes('社区')) rest = withoutCommunity(rest);
  const division = village?.code ?? town?.code;
  const key = keyOf(rest);
  return division === undefined ? { key } : { key, division };
}

const WORD = 0, DIGIT = 1, UNIT = 2, HAN_DIGIT = 3;
const KIND = new Uint8Array(65536);
for (const c of '0123456789') KIND[c.charCodeAt(0)] = DIGIT;
for (const c of '楼栋幢座号室户层排弄-') KIND[c.charCodeAt(0)] = UNIT;
for (const c of '一二三四五六七八九十〇零') KIND[c.charCodeAt(0)] = HAN_DIGIT;

/** Words first, then the numbers in their order; the units between them (号楼, 单元, 室, -) say nothing. */
function keyOf(rest: string): string {
  let words = '', numbers = '';
  for (let i = 0; i < rest.length;) {
    const kind = KIND[rest.charCodeAt(i)];
    if (kind === DIGIT) {
      const from = i;
      while (KIND[rest.charCodeAt(i)] === DIGIT) i++;
      numbers += `${numbers === '' ? '' : '-'}${rest[from] === '0' ? rest.slice(from, i).replace(/^0+(?=\d)/, '') : rest.slice(from, i)}`;
      continue;
    }
    if (kind === WORD) {
      if (rest[i] === '单' && rest[i + 1] === '元') i++;
      else words += rest[i];
    } else if (kind === HAN_DIGIT) {
      const read = rest.replace(HAN_NUMBERS, hanNumber);
      if (read !== rest) return keyOf(read);
      words += rest[i];
    } else if (rest[i] === '号' && rest[i + 1] === '院') i++;
    i++;
  }
  return words === '' || numbers === '' ? '' : `${words}|${numbers}`;
}

function plain(s: string): string {
  return s.normalize('NFKC').toUpperCase().replace(/[\s\p{Cc}\p{Cf},.;:、。·]/gu, '').replace(/\([^)]*\)/g, '')
    .replace(/[—–−_~至/\\#]/g, '-').replace(/[^\p{Script=Han}〇0-9A-Z-]/gu, '');
}

/** A township's name at the head. A short form alone may be a village's or a road's (王村, 大街): then it counts only before more of a place. */
function townOf(rest: string, places: AddressPlaces): { code: string; length: number; villages: ReadonlyMap<string, Village> } | undefined {
  for (const { code, names, villages } of places.townsBy.get(rest.charAt(0)) ?? []) {
    const name = names.find((n) => rest.startsWith(n));
    if (name === undefined) continue;
    const after = rest.slice(name.length);
    const suffix = name === names[0] ? /^办事处/.exec(after) : /^(?:街道办事处|街道|镇|乡)/.exec(after);
    if (name !== names[0] && suffix === null && /^(?:[路街村社]|大街|[一二三四五六七八九十\d])/.test(after)) continue;
    return { code, length: name.length + (suffix?.[0].length ?? 0), villages };
  }
  return undefined;
}

/** A village or community at the head, in its one spelling. Where a street follows, it says nothing more and stays out of the key. */
function villageOf(rest: string, villages: ReadonlyMap<string, Village>): { code: string; rest: string } | undefined {
  for (let n = Math.min(8, rest.length); n >= 2; n--) {
    const village = villages.get(rest.slice(0, n));
    if (village === undefined) continue;
    const named = n === village.name.length;
    const tail = rest.slice(n), after = tail.replace(/^(?:社区|村)/, '');
    // A bare name (和平) may as well begin a road's (和平路).
    if (!named && tail === after && !/^[\d一二三四五六七八九十]/.test(after)) continue;
    return { code: village.code, rest: STREET.test(after.replace(UNITS, '')) ? after : village.name + after };
  }
  return undefined;
}

function withoutCommunity(rest: string): string {
  const after = rest.replace(SOME_COMMUNITY, '');
  return STREET.test(after.replace(UNITS, '')) ? after : rest;
}

/** 一 … 九十九; without a ten, digit by digit (五〇二). */
function hanNumber(digits: string): string {
  const value = (d: string): number => (d === '零' ? 0 : HAN_DIGITS.indexOf(d));
  const ten = digits.indexOf('十');
  if (ten < 0) return [...digits].map(value).join('');
  const tens = ten === 0 ? 1 : value(digits.charAt(ten - 1));
  const ones = ten === digits.length - 1 ? 0 : value(digits.charAt(ten + 1));
  return String(tens * 10 + ones);
}
