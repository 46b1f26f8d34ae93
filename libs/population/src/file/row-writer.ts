import type { FormatContract } from '#feeds';
import { csvWriter } from './csv.js';
import { fixedWidthWriter } from './fixed-width.js';
import { ndjsonWriter } from './ndjson.js';
import { xlsxWriter } from './xlsx.js';

/** Writes a delivery's rows in its supplier's format. Values stand in the contract's column order. */
export interface RowWriter {
  row(values: readonly string[]): void;
  /** A row with cells too many, or one that breaks the format in its own way: planted on purpose. */
  broken(values: readonly string[]): void;
  close(): void;
}

/** @param piece bytes gathered before they are written */
export type RowWriterFactory = (path: string, format: FormatContract, columns: readonly string[], piece?: number) => RowWriter;

const WRITERS: Record<FormatContract['kind'], RowWriterFactory> = {
  csv: csvWriter,
  'fixed-width': fixedWidthWriter,
  ndjson: ndjsonWriter,
  xlsx: xlsxWriter,
};

export const EXTENSIONS: Record<FormatContract['kind'], string> = { csv: 'csv', 'fixed-width': 'txt', ndjson: 'ndjson', xlsx: 'xlsx' };

export const writerOf: RowWriterFactory = (path, format, columns, piece) => WRITERS[format.kind](path, format, columns, piece);
