import { parseCodeSet } from '#kernel';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkContract } from './check-contract.js';
import { at, type CodeMap, type FeedCodes, type HubCodes, isOwnList, readCodeMap } from './code-map.js';
import { ContractFile } from './contract-file.js';
import { FEED_SHAPE } from './contract-shape.js';
import type { ContractFault, FeedContract, FieldContract, FormatContract, RoleContract, SupplyContract } from './contract.js';
import { checkDistrict } from './district-contracts.js';

export interface ReadContract {
  /** Null when anything is wrong with the folder. */
  contract: FeedContract | null;
  codes: FeedCodes;
  faults: ContractFault[];
}

export interface ReadContracts {
  /** Those without a fault, the spine first, then by feed id. */
  contracts: FeedContract[];
  /** By feed id. */
  codes: ReadonlyMap<string, FeedCodes>;
  faults: ContractFault[];
}

const LIMITS: FormatContract['limits'] = {
  rowBytes: 2 ** 20, rows: 20_000_000, columns: 200, inflatedBytes: 2 ** 31, ratio: 200,
};

/** Reads every feed folder of a district; nothing is thrown for what a folder says, everything wrong is in `faults`. */
export async function readContracts(configDir: string): Promise<ReadContracts> {
  const { hubCodes, faults } = await readHubCodes(configDir);
  const folders = await foldersIn(join(configDir, 'feeds'));
  const read = await Promise.all(folders.map((name) => readFolder(join(configDir, 'feeds', name), hubCodes)));
  const whole = read.flatMap(({ contract, file, codes }) => (contract && file ? [{ contract, file, codes }] : []));
  whole.sort((a, b) => Number(b.contract.spine) - Number(a.contract.spine) || (a.contract.feed < b.contract.feed ? -1 : 1));
  checkDistrict(whole);
  const clean = whole.filter(({ file }) => file.faults.length === 0);
  return {
    contracts: clean.map(({ contract }) => contract),
    codes: new Map(clean.map(({ contract, codes }) => [contract.feed, codes])),
    faults: [...faults, ...read.flatMap(({ file, faults: others }) => [...(file?.faults ?? []), ...others])],
  };
}

/** The hub's lists, config/codes/*.csv. */
export async function readHubCodes(configDir: string): Promise<{ hubCodes: HubCodes; faults: ContractFault[] }> {
  const hubCodes = new Map<string, ReadonlySet<string>>();
  const faults: ContractFault[] = [];
  for (const name of await filesIn(join(configDir, 'codes'))) {
    const { codes, faults: found } = parseCodeSet(await readFile(join(configDir, 'codes', name), 'utf8'), `codes/${name}`);
    hubCodes.set(basename(name, '.csv'), new Set(codes.list().map((code) => code.code)));
    faults.push(...found);
  }
  return { hubCodes, faults };
}

/** Reads one feed folder: feed.yaml and codes/*.csv. */
export async function readContract(folder: string, hubCodes: HubCodes): Promise<ReadContract> {
  const { contract, codes, file, faults } = await readFolder(folder, hubCodes);
  return { contract, codes, faults: [...(file?.faults ?? []), ...faults] };
}

/** A folder as read: faults of feed.yaml are in `file`, those beside it in `faults`. */
export interface ReadFolder extends ReadContract { file: ContractFile | null }

async function readFolder(folder: string, hubCodes: HubCodes): Promise<ReadFolder> {
  const sources = new Map<string, string>();
  const yaml = await readFile(join(folder, 'feed.yaml'), 'utf8').catch(() => null);
  if (yaml !== null) sources.set('feed.yaml', yaml);
  for (const name of await filesIn(join(folder, 'codes'))) {
    sources.set(`codes/${name}`, await readFile(join(folder, 'codes', name), 'utf8'));
  }
  return readSources(folder, sources, hubCodes);
}

/** @param sources texts by name inside the folder: feed.yaml, codes/<list>.csv */
export function readSources(folder: string, sources: ReadonlyMap<string, string>, hubCodes: HubCodes): ReadFolder {
  const yaml = sources.get('feed.yaml');
  if (yaml === undefined) {
    const missing = at(fileOf(folder), 1, 'file-missing', '文件夹中没有 feed.yaml', 'the folder has no feed.yaml');
    return { contract: null, codes: new Map(), file: null, faults: [missing] };
  }
  const file = new ContractFile(fileOf(folder), yaml);
  const raw = file.read(FEED_SHAPE) as RawContract | undefined;
  const { codes, faults: codeFaults } = readCodes(folder, sources, hubCodes);
  if (raw === undefined) return { contract: null, codes, file, faults: codeFaults };

  const contract = contractOf(raw, folder, versionOf(sources));
  checkContract(contract, file, withOwn(hubCodes, codes));
  if (contract.feed !== undefined && contract.feed !== basename(folder)) {
    file.fault(['feed'], 'feed-folder', '数据源名须与文件夹名相同', "the feed's id must be its folder's name");
  }
  const used = new Set(contract.fields.flatMap((field) => field.codes ?? []));
  for (const list of codes.keys()) {
    if (!used.has(list)) codeFaults.push(at(codesFile(folder, list), 1, 'codes-unused', `没有字段使用代码表 ${list}`, `no column uses the list ${list}`));
  }
  for (const list of used) {
    const hub = hubCodes.get(list) ?? new Set();
    if (!codes.has(list)) codes.set(list, { list, own: false, entries: new Map([...hub].map((code) => [code, code])), hub });
  }
  const faulty = file.faults.length + codeFaults.length > 0;
  return { contract: faulty ? null : contract, codes, file, faults: codeFaults };
}

function readCodes(folder: string, sources: ReadonlyMap<string, string>, hubCodes: HubCodes) {
  const codes = new Map<string, CodeMap>();
  const faults: ContractFault[] = [];
  for (const [name, source] of sources) {
    if (name === 'feed.yaml') continue;
    const list = basename(name, '.csv');
    const hub = hubCodes.get(list);
    if (hub === undefined && !isOwnList(source)) {
      faults.push(at(codesFile(folder, list), 1, 'list-unknown', `没有代码表 “${list}”`, `there is no code list "${list}"`));
      continue;
    }
    const read = readCodeMap(codesFile(folder, list), list, source, hub);
    codes.set(list, read.map);
    faults.push(...read.faults);
  }
  return { codes, faults };
}

/** The hub's lists and those the feed brings itself. */
function withOwn(hubCodes: HubCodes, codes: FeedCodes): HubCodes {
  const own = [...codes.values()].filter((map) => map.own);
  return own.length === 0 ? hubCodes : new Map([...hubCodes, ...own.map(({ list, entries }) => [list, new Set(entries.values())] as const)]);
}

/** What FEED_SHAPE lets through, of a file that may have faults: any part may be missing. */
type Loose<T> = { [K in keyof T]?: T[K] extends (infer U)[] ? (U extends object ? Loose<U>[] : (U | undefined)[]) : T[K] };
type RawContract = Omit<Loose<FeedContract>, 'format' | 'fields' | 'roles' | 'supplies'> & {
  protection?: FieldContract['protection'];
  format?: Omit<Loose<FormatContract>, 'limits'> & { limits?: Loose<FormatContract['limits']> };
  fields?: Map<string, Loose<FieldContract>>;
  roles?: Map<string, Loose<RoleContract>>;
  supplies?: (Omit<Loose<SupplyContract>, 'attributes'> & { attributes?: Map<string, string> })[];
};

/** Fills what a folder may leave unsaid. Of a faulty file the contract is only good for finding further faults. */
function contractOf({ protection, ...raw }: RawContract, folder: string, version: string): FeedContract {
  return {
    ...raw,
    spine: raw.spine ?? false,
    format: { encoding: 'utf-8', delimiter: ',', ...raw.format, limits: { ...LIMITS, ...raw.format?.limits } },
    quality: raw.quality ?? [],
    key: raw.key ?? [],
    fields: [...(raw.fields ?? [])].map(([column, field]) => ({
      ...field,
      column,
      required: field.required ?? false,
      on_fail: field.on_fail ?? 'reject',
      protection: field.protection ?? protectionOf(field.type, protection ?? 'normal'),
    })),
    roles: [...(raw.roles ?? [])].map(([role, parts], i) => ({ ...parts, role, payload: parts.payload ?? i === 0 })),
    facts: raw.facts ?? [],
    checks: (raw.checks ?? []).map((check) => ({ ...check, scope: check.scope ?? 'row' })),
    identifies: raw.identifies ?? [],
    supplies: (raw.supplies ?? []).map((supply) => ({
      ...supply,
      latest: supply.latest ?? [],
      attributes: Object.fromEntries(supply.attributes ?? []),
    })),
    folder,
    version,
  } as FeedContract;
}

function protectionOf(type: FieldContract['type'] | undefined, ofFeed: FieldContract['protection']): FieldContract['protection'] {
  if (type === 'document' || type === 'phone') return 'number';
  if (ofFeed === 'normal' && (type === 'name' || type === 'address')) return 'personal';
  return ofFeed;
}

/** SM3 over each file's name, length and text, in name order; line ends do not count. */
function versionOf(sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sm3');
  for (const name of [...sources.keys()].sort()) {
    const text = (sources.get(name) ?? '').replaceAll('\r\n', '\n');
    hash.update(`${name}\n${Buffer.byteLength(text)}\n${text}`);
  }
  return hash.digest('hex');
}

/** The name a fault carries: below the config folder, however the folder was found. */
function fileOf(folder: string): string {
  return `feeds/${basename(folder)}/feed.yaml`;
}

function codesFile(folder: string, list: string): string {
  return `feeds/${basename(folder)}/codes/${list}.csv`;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile() && e.name.endsWith('.csv')).map((e) => e.name).sort();
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isDirectory() && !e.name.startsWith('.')).map((e) => e.name).sort();
}
