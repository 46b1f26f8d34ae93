import { HubError } from '#kernel';
import { type ByteSource, CsvFormat } from '#feeds';
import { placesOf, tableFault, type TableRule } from './faults.js';
import { kindOf } from './kind.js';
import { RowText } from './row-text.js';
import type { TableFile } from './table-file.js';
import { lookAt, separatorOf } from './text-look.js';

const BATCH = 4096;
const LIMITS = { rowBytes: 1 << 20, rows: Number.MAX_SAFE_INTEGER, columns: 10_000, inflatedBytes: Number.MAX_SAFE_INTEGER, ratio: Number.MAX_SAFE_INTEGER };

const ROW_FAULTS = {
  'row-columns': ['字段数与表头不符', 'it does not have as many fields as the header'],
  'row-syntax': ['引号不成对或位置不对', 'its quotes do not come out'],
  'row-too-long': ['超过一兆字节，可能是引号没有闭合', 'it is longer than a mebibyte, perhaps a quote is never closed'],
  'row-encoding': ['有无法解码的字符', 'it holds bytes that are no character of the file\'s encoding'],
} as const;

/** Separated text, read by the feeds' own splitter. Rows are counted as an editor counts lines: the header is row 1. */
export class CsvTable implements TableFile {
  readonly columns: readonly string[];

  private constructor(private readonly file: string, private readonly source: ByteSource, private readonly format: CsvFormat, private readonly names: readonly string[]) {
    this.columns = names.filter((name) => name !== '');
  }

  static async open(file: string, source: ByteSource): Promise<CsvTable> {
    try {
      const { bytes, encoding, head } = await lookAt(source);
      refuseOther(file, bytes);
      const format = new CsvFormat({ kind: 'csv', encoding, delimiter: separatorOf(head), limits: LIMITS });
      const names = await headerOf(file, source, format);
      return new CsvTable(file, source, format, names);
    } catch (cause) {
      throw asTableFault(file, cause);
    }
  }

  async *rows(columns: readonly string[]): AsyncGenerator<string[][], void, void> {
    const { file, names } = this;
    const picked = new RowText(placesOf(file, names, columns));
    let batch: string[][] = [];
    let row = 1;
    try {
      const passes = this.format.passes(this.source, {
        header: () => undefined,
        row: (bytes, starts, ends, cells, rawStart, rawEnd) => {
          row++;
          if (cells === names.length && rawEnd > rawStart) batch.push(picked.read(bytes, starts, ends, rawStart, rawEnd));
          else if (rawEnd > rawStart) throw rowFault(file, row, 'row-columns', { fields: cells, columns: names.length });
        },
        bad: (rule) => {
          throw rowFault(file, row + 1, rule);
        },
      });
      for await (const _pass of passes) {
        // A piece of very short rows holds more than a batch should.
        for (let from = 0; from < batch.length; from += BATCH) yield batch.length <= BATCH ? batch : batch.slice(from, from + BATCH);
        batch = [];
      }
    } catch (cause) {
      throw asTableFault(file, cause);
    }
  }

  async close(): Promise<void> {}
}

/** The header's names, '' for a column without one; and one row at least below it. */
async function headerOf(file: string, source: ByteSource, format: CsvFormat): Promise<string[]> {
  let names: string[] = [];
  let rows = 0;
  const passes = format.passes(source, {
    header: (found) => void (names = found.map(bare)),
    row: (_bytes, _starts, _ends, _cells, rawStart, rawEnd) => void (rows += rawEnd > rawStart ? 1 : 0),
    bad: () => void rows++,
  });
  for await (const _pass of passes) if (rows > 0) break;

  const twice = names.filter((name, i) => name !== '' && names.indexOf(name) < i);
  if (twice.length > 0) {
    throw tableFault('header', file, `列名重复：${[...new Set(twice)].join('、')}。`, `column names stand twice: ${[...new Set(twice)].join(', ')}.`, { columns: names });
  }
  if (names.every((name) => name === '')) throw tableFault('header', file, '表头没有列名。', 'the header names no column.');
  if (rows === 0) throw tableFault('empty', file, '表头之下没有数据行。', 'there is no row below the header.');
  return names;
}

/** A name with its quotes off, where a space before them kept them on. */
function bare(name: string): string {
  return name.length > 1 && name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1).trim() : name.trim();
}

function refuseOther(file: string, bytes: Buffer): void {
  if (bytes.length === 0) throw tableFault('empty', file, '文件为空。', 'the file is empty.');
  const kind = kindOf(bytes);
  if (kind) throw tableFault('other-kind', file, `文件看来是 ${kind}，不是文本表格。`, `this looks like ${kind}, not like a table in text.`, { kind });
}

function rowFault(file: string, row: number, rule: keyof typeof ROW_FAULTS, details: Record<string, unknown> = {}): HubError {
  const [zh, en] = ROW_FAULTS[rule];
  return tableFault('row', file, `第 ${row} 行（表头为第 1 行）${zh}。`, `row ${row} (the header is row 1): ${en}.`, { row, fault: rule, ...details });
}

/** The splitter's own faults speak of deliveries and contracts; gzip's speak to programmers. */
function asTableFault(file: string, cause: unknown): unknown {
  if (cause instanceof HubError) {
    if (cause.code.startsWith('HUSHU-LINKAGE')) return cause;
    const { rule, looksLike } = (cause.details ?? {}) as { rule?: string; looksLike?: string };
    const fault = (as: TableRule, zh: string, en: string): HubError => tableFault(as, file, zh, en, {}, cause);
    if (rule === 'file-empty') return fault('empty', '文件为空。', 'the file is empty.');
    if (rule === 'file-columns') return fault('header', '表头行无法读取。', 'the header line cannot be read.');
    if (rule === 'file-encoding') {
      return looksLike === 'utf-16'
        ? fault('encoding', '编码看来是 UTF-16。', 'it looks like UTF-16.')
        : fault('encoding', '整个文件不是同一种编码（UTF-8 或 GB18030）。', 'it is neither UTF-8 nor GB18030 throughout.');
    }
    return fault('unreadable', '读取期间无法打开或被改动。', 'it could not be opened again, or was changed, while it was read.');
  }
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return cause;
  return String(cause.code).startsWith('Z_')
    ? tableFault('damaged', file, 'gzip 数据不完整或已损坏。', 'its gzip data end too early or are damaged.', {}, cause)
    : tableFault('unreadable', file, '读取失败。', 'reading it failed.', { system: cause.code }, cause);
}
