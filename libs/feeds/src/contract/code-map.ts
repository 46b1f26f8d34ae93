import type { ContractFault } from './contract.js';

/** How one feed's codes of one list are read. */
export interface CodeMap {
  list: string;
  /** supplier's code → hub's code; where the feed has no file of its own, each hub code to itself. */
  entries: ReadonlyMap<string, string>;
}

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

/** One feed's codes/<list>.csv, checked against the hub's list. */
export function readCodeMap(file: string, list: string, source: string, hub: ReadonlySet<string>): { map: CodeMap; faults: ContractFault[] } {
  const faults: ContractFault[] = [];
  const entries = new Map<string, string>();
  const [header, ...rows] = csvLines(source);
  if (header?.cells.join(',') !== 'supplier,hub,zh') {
    faults.push(at(file, 1, 'codes-header', '首行应为 supplier,hub,zh', 'the first line must be supplier,hub,zh'));
    return { map: { list, entries }, faults };
  }
  for (const { line, cells } of rows) {
    const [supplier, code] = cells;
    if (cells.length !== 3 || supplier === '') {
      faults.push(at(file, line, 'codes-columns', '应有三列, 且来源代码不为空', 'three columns are needed, and a supplier code'));
    } else if (!hub.has(code)) {
      faults.push(at(file, line, 'code-unknown', `代码 ${code} 不在 ${list} 中`, `code ${code} is not in ${list}`));
    } else if (entries.has(supplier)) {
      faults.push(at(file, line, 'code-repeated', `来源代码 ${supplier} 重复`, `supplier code ${supplier} stands twice`));
    } else entries.set(supplier, code);
  }
  return { map: { list, entries }, faults };
}

export function at(file: string, line: number, rule: string, zh: string, en: string): ContractFault {
  return { file, line, rule, text: { zh, en } };
}
