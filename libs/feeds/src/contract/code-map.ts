import type { ContractFault } from './contract.js';

/** How one feed's codes of one list are read. */
export interface CodeMap {
  list: string;
  /** The feed brings the list itself: no other feed's codes of that name are the same. */
  own: boolean;
  /** supplier's code → hub's code; where the feed has no file of its own, each hub code to itself. */
  entries: ReadonlyMap<string, string>;
  /** Every code the list has in the hub. */
  hub: ReadonlySet<string>;
}

/** Code maps of one feed by list: every list its fields use. */
export type FeedCodes = ReadonlyMap<string, CodeMap>;

/** The hub's own lists, config/codes/<list>.csv: list → its codes. */
export type HubCodes = ReadonlyMap<string, ReadonlySet<string>>;

interface CsvLine { line: number; cells: string[] }

/** A small code file (RFC 4180), with the line each record begins on. A broken quote swallows the rest, which then fails its column count. */
export function csvLines(source: string): CsvLine[] {
  const lines: CsvLine[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let begun = 1;
  const text = source.replace(/^\uFEFF/, '');
  const endRecord = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cells[0].trim() !== '') lines.push({ line: begun, cells: cells.map((c) => c.trim()) });
    cells = [];
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\n') line++;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === ',') {
      cells.push(cell);
      cell = '';
    } else if (c === '\n') {
      endRecord();
      begun = line;
    } else if (c !== '\r') cell += c;
  }
  if (cell !== '' || cells.length > 0) endRecord();
  return lines;
}

const MAPPED = 'supplier,hub,zh';
/** A list that only this feed has says its hub codes' words itself, in both languages. */
const OWN = 'supplier,hub,zh,en';

/** Whether a feed's codes/<list>.csv is written as a list of its own, not as a map onto the hub's. */
export function isOwnList(source: string): boolean {
  return csvLines(source)[0]?.cells.join(',') === OWN;
}

/** One feed's codes/<list>.csv, checked against the hub's list; without one it is the feed's own, headed `supplier,hub,zh,en`. */
export function readCodeMap(file: string, list: string, source: string, hub: ReadonlySet<string> | undefined): { map: CodeMap; faults: ContractFault[] } {
  const faults: ContractFault[] = [];
  const entries = new Map<string, string>();
  const owned = new Set<string>();
  const map: CodeMap = { list, own: hub === undefined, entries, hub: hub ?? owned };
  const [header, ...rows] = csvLines(source);
  const wanted = map.own ? OWN : MAPPED;
  if (header?.cells.join(',') !== wanted) {
    faults.push(at(file, 1, 'codes-header', `首行应为 ${wanted}`, `the first line must be ${wanted}`));
    return { map, faults };
  }
  const wordsOf = new Map<string, string>();
  for (const { line, cells } of rows) {
    const [supplier, code, ...words] = cells;
    const said = words.join(' · ');
    if (cells.length !== header.cells.length || supplier === '') {
      faults.push(at(file, line, 'codes-columns', `应有 ${header.cells.length} 列, 且来源代码不为空`, `${header.cells.length} columns are needed, and a supplier code`));
    } else if (map.own && (code === '' || words.includes(''))) {
      faults.push(at(file, line, 'codes-words', '数据源自带的代码表须写明代码及其中英文名称', "a list of the feed's own needs a code and its words in both languages"));
    } else if (hub !== undefined && !hub.has(code)) {
      faults.push(at(file, line, 'code-unknown', `代码 ${code} 不在 ${list} 中`, `code ${code} is not in ${list}`));
    } else if (entries.has(supplier)) {
      faults.push(at(file, line, 'code-repeated', `来源代码 ${supplier} 重复`, `supplier code ${supplier} stands twice`));
    } else if (map.own && (wordsOf.get(code) ?? said) !== said) {
      faults.push(at(file, line, 'codes-words', `代码 ${code} 的名称与前文不同`, `code ${code} has other words above`));
    } else {
      entries.set(supplier, code);
      owned.add(code);
      wordsOf.set(code, said);
    }
  }
  return { map, faults };
}

export function at(file: string, line: number, rule: string, zh: string, en: string): ContractFault {
  return { file, line, rule, text: { zh, en } };
}
