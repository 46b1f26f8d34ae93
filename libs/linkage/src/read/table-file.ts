import { realpath } from 'node:fs/promises';
import { type ByteSource, fileSource } from '#feeds';
import { CsvTable } from './csv-table.js';
import { tableFault } from './faults.js';
import { inflated } from './inflated.js';
import { kindOf } from './kind.js';
import { ParquetTable } from './parquet-table.js';

/** A table whose rows can be read any number of times. Values are text, '' is nothing. */
export interface TableFile {
  readonly columns: readonly string[];
  /**
   * The asked columns, in the asked order, of every row in file order, in batches of at most a few thousand rows.
   * @throws HubError naming the file's columns for one it lacks; with file and row number for a row that cannot be read
   */
  rows(columns: readonly string[]): AsyncIterable<string[][]>;
  close(): Promise<void>;
}

/**
 * Opens a table of unknown origin: CSV or TSV (RFC 4180; separator, encoding and line ends are found out), either of them
 * under gzip, or Parquet. What it is, its content says: the name counts for nothing. Symbolic links are followed.
 * @throws HubError when it is missing, unreadable, of another kind, without rows, or not of one encoding
 */
export async function openTable(file: string): Promise<TableFile> {
  let source: ByteSource;
  let head: Buffer;
  let path: string;
  try {
    path = await realpath(file);
    source = await fileSource(path);
    head = await beginning(source);
  } catch (cause) {
    throw tableFault('unreadable', file, '无法打开，或不是普通文件。', 'it cannot be opened, or is not a plain file.', {}, cause);
  }
  const kind = kindOf(head);
  if (kind === 'parquet') return ParquetTable.open(file, source);
  if (kind === 'gzip') return CsvTable.open(file, inflated(path));
  return CsvTable.open(file, source);
}

async function beginning(source: ByteSource): Promise<Buffer> {
  const access = await source.open!();
  try {
    const head = Buffer.alloc(16);
    return head.subarray(0, await access.read(head, 0));
  } finally {
    await access.close();
  }
}
