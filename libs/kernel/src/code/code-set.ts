import type { Text } from '../error/hub-error.js';

export interface Code { code: string; text: Text; parent?: string }

/** One fault of a configuration file. */
export interface CodeFault { file: string; line: number; rule: string; text: Text }

/** A closed list of codes with their words, in the file's order. */
export class CodeSet {
  private readonly byCode: Map<string, Code>;

  constructor(readonly name: string, codes: Iterable<Code>) {
    this.byCode = new Map();
    for (const code of codes) this.byCode.set(code.code, code);
  }

  get size(): number { return this.byCode.size; }

  has(code: string): boolean { return this.byCode.has(code); }

  find(code: string): Code | undefined { return this.byCode.get(code); }

  list(): Code[] { return [...this.byCode.values()]; }

  childrenOf(code: string): Code[] { return this.list().filter((c) => c.parent === code); }

  /** The code itself, its parent, and so on to the top; empty when the code is unknown. */
  lineOf(code: string): Code[] {
    const line: Code[] = [];
    for (let c = this.byCode.get(code); c !== undefined; c = c.parent === undefined ? undefined : this.byCode.get(c.parent)) line.push(c);
    return line;
  }
}

/** Reads `code,zh,en[,parent]`; every fault is named with its line, and `codes` holds what was sound. The list's name is the file's. */
export function parseCodeSet(csv: string, fileName: string): { codes: CodeSet; faults: CodeFault[] } {
  const faults: CodeFault[] = [];
  const fault = (line: number, rule: string, zh: string, en: string): void => { faults.push({ file: fileName, line, rule, text: { zh, en } }); };
  const codes: Code[] = [];
  const lineOfCode = new Map<string, number>();
  const lines = csv.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = lines[0] ?? '';
  const withParent = header === 'code,zh,en,parent';
  if (!withParent && header !== 'code,zh,en') {
    fault(1, 'code-header', '首行应为 code,zh,en 或 code,zh,en,parent。', 'The first line must be code,zh,en or code,zh,en,parent.');
  }
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line === '') continue;
    const cells = splitLine(line);
    if (cells === null || cells.length !== (withParent ? 4 : 3)) {
      fault(i + 1, 'code-columns', '列数与首行不符。', 'The number of cells differs from the first line.');
      continue;
    }
    const [code = '', zh = '', en = '', parent = ''] = cells;
    if (code === '' || code !== code.trim() || zh === '' || en === '') {
      fault(i + 1, 'code-empty', '代码、中文、英文都不能为空。', 'Code, Chinese and English words are all required.');
      continue;
    }
    if (lineOfCode.has(code)) {
      fault(i + 1, 'code-twice', `代码 ${code} 已在第 ${lineOfCode.get(code)} 行出现。`, `Code ${code} already stands on line ${lineOfCode.get(code)}.`);
      continue;
    }
    lineOfCode.set(code, i + 1);
    codes.push(parent === '' ? { code, text: { zh, en } } : { code, text: { zh, en }, parent });
  }
  const known = new Map(codes.map((c) => [c.code, c]));
  for (const c of codes) {
    const line = lineOfCode.get(c.code) ?? 0;
    if (c.parent !== undefined && !known.has(c.parent)) {
      fault(line, 'code-parent', `上级代码 ${c.parent} 不在本表中。`, `Parent ${c.parent} is not in this list.`);
    } else if (inCircle(c, known)) {
      fault(line, 'code-parent', `代码 ${c.code} 的上级成环。`, `The parents of ${c.code} form a circle.`);
    }
  }
  const wrong = new Set(faults.filter((f) => f.rule === 'code-parent').map((f) => f.line));
  const sound = codes.map((c) => (wrong.has(lineOfCode.get(c.code) ?? 0) ? { code: c.code, text: c.text } : c));
  const name = fileName.replace(/^.*[\\/]/, '').replace(/\.csv$/, '');
  return { codes: new CodeSet(name, sound), faults };
}

function inCircle(start: Code, known: Map<string, Code>): boolean {
  const seen = new Set<string>();
  for (let c: Code | undefined = start; c?.parent !== undefined; c = known.get(c.parent)) {
    if (seen.has(c.code)) return true;
    seen.add(c.code);
  }
  return false;
}

/** Cells of one CSV line; null when a quote is not closed. */
function splitLine(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  let i = 0;
  for (;;) {
    if (line[i] === '"') {
      let cell = '';
      for (i++; ; i++) {
        if (i >= line.length) return null;
        if (line[i] !== '"') cell += line[i];
        else if (line[i + 1] === '"') { cell += '"'; i++; } else break;
      }
      cells.push(cell);
      i++;
      if (i < line.length && line[i] !== ',') return null;
    } else {
      const end = line.indexOf(',', i);
      cells.push(line.slice(i, end < 0 ? line.length : end));
      i = end < 0 ? line.length : end;
    }
    if (i >= line.length) return cells;
    i++;
  }
}
