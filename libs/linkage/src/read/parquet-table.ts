import { type AsyncBuffer, type DecodedArray, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { HubError } from '#kernel';
import type { ByteSource } from '#feeds';
import { placesOf, tableFault } from './faults.js';
import { TEXT_PARSERS, textOf, type ToText } from './parquet-text.js';
import type { TableFile } from './table-file.js';

const BATCH = 4096;

/** A page of a column, and the row of the file it begins with. */
interface Page { from: number; values: DecodedArray }

/** Apache Parquet, one row group after another: memory is what one group's asked columns take. */
export class ParquetTable implements TableFile {
  readonly columns: readonly string[];
  private readonly texts: (ToText | null)[];

  private constructor(private readonly file: string, private readonly bytes: AsyncBuffer, private readonly metadata: FileMetaData, private readonly access: { close(): Promise<void> }) {
    const fields = parquetSchema(metadata).children;
    this.columns = fields.map(({ element }) => element.name);
    this.texts = fields.map(({ element, children }) => textOf(element, children.length > 0));
  }

  static async open(file: string, source: ByteSource): Promise<ParquetTable> {
    const access = await source.open!();
    try {
      const bytes: AsyncBuffer = {
        byteLength: access.size,
        slice: async (start, end = access.size) => {
          const into = Buffer.alloc(Math.max(0, Math.min(end, access.size) - start));
          for (let filled = 0; filled < into.length;) {
            const read = await access.read(into.subarray(filled), start + filled);
            if (read === 0) break;
            filled += read;
          }
          // Of its own, not of Node's pool, as it was asked for zeroed.
          return into.buffer as ArrayBuffer;
        },
      };
      const metadata = await parquetMetadataAsync(bytes, { geoparquet: false });
      const table = new ParquetTable(file, bytes, metadata, access);
      table.check();
      return table;
    } catch (cause) {
      await access.close();
      throw asDamage(file, cause);
    }
  }

  async *rows(columns: readonly string[]): AsyncGenerator<string[][], void, void> {
    const { file, metadata } = this;
    const places = placesOf(file, this.columns, columns);
    const nested = columns.filter((_, i) => this.texts[places[i]] === null);
    if (nested.length > 0) {
      throw tableFault('column-type', file, `列 ${nested.join('、')} 是嵌套结构，不是单个值。`, `column ${nested.join(', ')} is nested: it does not hold one value a row.`, { columns: nested });
    }
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      if (end > start) {
        const pages = await this.group([...new Set(columns)], start, end);
        const readers = columns.map((column, i) => new ColumnReader(pages.get(column) ?? [], this.texts[places[i]]!));
        for (let from = start; from < end; from += BATCH) yield batchOf(readers, from, Math.min(end, from + BATCH));
      }
      start = end;
    }
  }

  async close(): Promise<void> {
    await this.access.close();
  }

  private async group(columns: string[], rowStart: number, rowEnd: number): Promise<Map<string, Page[]>> {
    const pages = new Map<string, Page[]>(columns.map((column) => [column, []]));
    try {
      await parquetRead({
        file: this.bytes, metadata: this.metadata, columns, rowStart, rowEnd, compressors, parsers: TEXT_PARSERS, utf8: false, geoparquet: false,
        onChunk: ({ columnName, columnData, rowStart: from }) => void pages.get(columnName)?.push({ from, values: columnData }),
      });
    } catch (cause) {
      throw asDamage(this.file, cause);
    }
    for (const [, of] of pages) {
      of.sort((a, b) => a.from - b.from);
      let next = rowStart;
      for (const { from, values } of of) next = from === next ? next + values.length : NaN;
      if (next !== rowEnd) throw asDamage(this.file);
    }
    return pages;
  }

  private check(): void {
    const { file, columns } = this;
    const twice = columns.filter((name, i) => columns.indexOf(name) < i);
    if (twice.length > 0) throw tableFault('header', file, `列名重复：${twice.join('、')}。`, `column names stand twice: ${twice.join(', ')}.`, { columns });
    if (this.metadata.num_rows === 0n) throw tableFault('empty', file, '没有数据行。', 'it holds no row.');
  }
}

/** Reads a column's pages from front to back. */
class ColumnReader {
  private page = 0;

  constructor(private readonly pages: readonly Page[], private readonly text: ToText) {}

  fill(rows: string[][], column: number, start: number): void {
    const { pages, text } = this;
    for (let i = 0; i < rows.length; i++) {
      while (start + i >= pages[this.page].from + pages[this.page].values.length) this.page++;
      const { from, values } = pages[this.page];
      const value: unknown = values[start + i - from];
      rows[i][column] = value === null || value === undefined ? '' : text(value);
    }
  }
}

function batchOf(readers: ColumnReader[], start: number, end: number): string[][] {
  const rows = Array.from({ length: end - start }, () => new Array<string>(readers.length));
  readers.forEach((reader, column) => reader.fill(rows, column, start));
  return rows;
}

function asDamage(file: string, cause?: unknown): unknown {
  if (cause instanceof HubError) return cause;
  return tableFault('damaged', file, 'Parquet 数据不完整、已损坏或用了不支持的编码。', 'its Parquet data are incomplete, damaged, or in an encoding that is not supported.', {}, cause);
}
