import type { CodeSet } from '../code/code-set.js';

/** A district's division names, compiled once for reading addresses. */
export interface AddressPlaces {
  /** Names of the province, the city and the district, each with its short form, outermost first. */
  readonly outer: readonly (readonly string[])[];
  /** Township-level divisions: full name first. */
  readonly towns: readonly { code: string; names: readonly string[]; villages: ReadonlyMap<string, string> }[];
  /** Village name → code where one township only has it. */
  readonly villages: ReadonlyMap<string, string>;
}

export interface NormalAddress {
  /** What two spellings of one place have in common: words, then numbers; empty where the text says too little to name a place. */
  key: string;
  /** Township or village the text names. */
  division?: string;
}

const SUFFIX = /(?:特别行政区|(?:回族|壮族|维吾尔)?自治区|省|市|区|县)$/;
const TOWN_SUFFIX = /(?:街道办事处|街道|镇|乡)$/;
const VILLAGE_SUFFIX = /(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村)$/;

/** Reads the divisions under one district (its code in the list) into what address reading needs. */
export function addressPlaces(divisions: CodeSet, district: string): AddressPlaces {
  const outer = divisions.lineOf(district).reverse().map(({ text }) => forms(text.zh, SUFFIX));
  const count = new Map<string, number>();
  const towns = divisions.childrenOf(district).map((town) => {
    const villages = new Map<string, string>();
    for (const village of divisions.childrenOf(town.code)) {
      const name = village.text.zh.replace(VILLAGE_SUFFIX, '');
      villages.set(name, village.code);
      count.set(name, (count.get(name) ?? 0) + 1);
    }
    return { code: town.code, names: forms(town.text.zh, TOWN_SUFFIX), villages };
  });
  const villages = new Map<string, string>();
  for (const town of towns) for (const [name, code] of town.villages) if (count.get(name) === 1) villages.set(name, code);
  return { outer, towns, villages };
}

function forms(name: string, suffix: RegExp): string[] {
  const short = name.replace(suffix, '');
  return short.length >= 2 && short !== name ? [name, short] : [name];
}

const PLAIN = /^[\u4e00-\u9fff0-9A-Z-]*$/;
const HAN_DIGITS = /([一二三四五六七八九十]{1,3})(?=号|楼|栋|幢|座|单元|室|户|层|排|弄)/g;
const HAN_DIGIT = '一二三四五六七八九';
const UNITS = /号楼|号院|单元|楼|栋|幢|座|号|室|户|层|排|弄|-/g;
const NUMBERS = /\d+/g;
const STREET = /[路街巷道园苑区院楼厦城庄里]/;

/** Two spellings of one place get one key. Only what the text says is used: nothing is looked up but the names given. */
export function normaliseAddress(s: string, places: AddressPlaces): NormalAddress {
  let rest = PLAIN.test(s) ? s : plain(s);
  for (const names of places.outer) {
    const name = names.find((n) => rest.startsWith(n));
    if (name !== undefined) rest = rest.slice(name.length);
  }
  let division: string | undefined;
  let villages = places.villages;
  for (const town of places.towns) {
    const name = town.names.find((n) => rest.startsWith(n));
    if (name === undefined) continue;
    const after = rest.slice(name.length);
    const full = name === town.names[0];
    const suffix = full ? /^办事处/.exec(after) : /^(?:街道办事处|街道|镇|乡)/.exec(after);
    // A short form alone may be the name of a village or a road (王村, 大街): it counts when more of the place follows.
    if (!full && suffix === null && /^(?:路|街|村|大街|\d)/.test(after)) continue;
    division = town.code;
    villages = town.villages;
    rest = after.slice(suffix?.[0].length ?? 0);
    break;
  }
  const village = villageOf(rest, villages);
  if (village !== undefined) {
    division = village.code;
    rest = village.rest;
  }
  rest = rest.replace(HAN_DIGITS, (_, digits: string) => String(hanNumber(digits)));
  const numbers = rest.match(NUMBERS);
  if (numbers === null) return division === undefined ? { key: '' } : { key: '', division };
  const words = rest.replace(UNITS, '').replace(NUMBERS, '');
  const key = words === '' && village === undefined ? '' : `${words}|${numbers.map(Number).join('-')}`;
  return division === undefined ? { key } : { key, division };
}

function plain(s: string): string {
  return s.normalize('NFKC').toUpperCase().replace(/[\s\p{Cc}\p{Cf},.;:、。·]/gu, '').replace(/\([^)]*\)/g, '')
    .replace(/[—–−_~至/\\#]/g, '-').replace(/[^\p{Script=Han}0-9A-Z-]/gu, '');
}

/** A village or community at the head of the rest. Where a street follows the community says nothing more and is left out of the key. */
function villageOf(rest: string, villages: ReadonlyMap<string, string>): { code: string; rest: string } | undefined {
  for (let n = Math.min(6, rest.length); n >= 2; n--) {
    const name = rest.slice(0, n), code = villages.get(name);
    if (code === undefined) continue;
    const suffix = /^(?:社区居民委员会|社区居委会|居民委员会|居委会|村民委员会|村委会|社区|村)/.exec(rest.slice(n));
    if (suffix === null) continue;
    const after = rest.slice(n + suffix[0].length);
    return { code, rest: STREET.test(after.replace(UNITS, '')) ? after : name + after };
  }
  return undefined;
}

/** 一 … 九十九. */
function hanNumber(digits: string): number {
  const ten = digits.indexOf('十');
  if (ten < 0) return [...digits].reduce((n, d) => n * 10 + HAN_DIGIT.indexOf(d) + 1, 0);
  const tens = ten === 0 ? 1 : HAN_DIGIT.indexOf(digits.charAt(ten - 1)) + 1;
  const ones = ten === digits.length - 1 ? 0 : HAN_DIGIT.indexOf(digits.charAt(ten + 1)) + 1;
  return tens * 10 + ones;
}
