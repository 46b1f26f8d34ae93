import type { CodeSet } from '../code/code-set.js';

/** A village or community: its code and the one way its name stands in a key. */
interface Village { code: string; name: string }

/** A district's division names, compiled once for reading addresses. */
export interface AddressPlaces {
  /** Names of the province, the city and the district, each with its short form, outermost first. */
  readonly outer: readonly (readonly string[])[];
  /** Township-level divisions: full name first. */
  readonly towns: readonly { code: string; names: readonly string[]; villages: ReadonlyMap<string, Village> }[];
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
  const towns = divisions.childrenOf(district).map((town) => {
    const own = new Map<string, Village>();
    for (const { code, text } of divisions.childrenOf(town.code)) {
      const name = withoutCommittee(text.zh);
      for (const form of forms(name, /(?:社区|村)$/)) {
        own.set(form, { code, name });
        if (villages.has(form)) twice.add(form);
        villages.set(form, { code, name });
      }
    }
    return { code: town.code, names: forms(town.text.zh, TOWN_SUFFIX), villages: own };
  });
  for (const form of twice) villages.delete(form);
  return { outer, towns, villages };
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
const UNITS = /号楼|号院|单元|楼|栋|幢|座|号|室|户|层|排|弄|-/g;
const NUMBERS = /\d+/g;
const STREET = /[路街巷道园苑区院楼厦城庄里]/;
const SOME_COMMUNITY = /^[\u4e00-\u9fff]{2,8}?社区(?=[\u4e00-\u9fff])/;

/** Two spellings of one place get one key. Only what the text says is used: nothing is looked up but the names given. */
export function normaliseAddress(s: string, places: AddressPlaces): NormalAddress {
  let rest = withoutCommittee(PLAIN.test(s) ? s : plain(s));
  for (const names of places.outer) {
    const name = names.find((n) => rest.startsWith(n));
    if (name !== undefined) rest = rest.slice(name.length);
  }
  const town = townOf(rest, places);
  if (town !== undefined) rest = rest.slice(town.length);
  const village = villageOf(rest, town?.villages ?? places.villages);
  if (village !== undefined) rest = village.rest;
  else if (SOME_COMMUNITY.test(rest)) rest = withoutCommunity(rest);
  rest = rest.replace(HAN_NUMBERS, hanNumber);
  const division = village?.code ?? town?.code;
  const numbers = rest.match(NUMBERS);
  const words = numbers === null ? '' : rest.replace(UNITS, '').replace(NUMBERS, '');
  const key = numbers === null || words === '' ? '' : `${words}|${numbers.map((n) => n.replace(/^0+(?=\d)/, '')).join('-')}`;
  return division === undefined ? { key } : { key, division };
}

function plain(s: string): string {
  return s.normalize('NFKC').toUpperCase().replace(/[\s\p{Cc}\p{Cf},.;:、。·]/gu, '').replace(/\([^)]*\)/g, '')
    .replace(/[—–−_~至/\\#]/g, '-').replace(/[^\p{Script=Han}〇0-9A-Z-]/gu, '');
}

/** A township's name at the head. A short form alone may be a village's or a road's (王村, 大街): then it counts only before more of a place. */
function townOf(rest: string, places: AddressPlaces): { code: string; length: number; villages: ReadonlyMap<string, Village> } | undefined {
  for (const { code, names, villages } of places.towns) {
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
