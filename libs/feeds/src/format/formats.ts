import type { FormatContract } from '../contract/contract.js';
import { CsvFormat } from './csv.js';
import { FixedWidthFormat } from './fixed-width.js';
import type { Format, FormatFactory } from './format.js';
import { NdjsonFormat } from './ndjson.js';
import { XlsxFormat } from './xlsx.js';

const FORMATS: Record<FormatContract['kind'], FormatFactory> = {
  csv: (format) => new CsvFormat(format),
  'fixed-width': (format, columns) => new FixedWidthFormat(format, columns),
  ndjson: (format, columns) => new NdjsonFormat(format, columns),
  xlsx: (format) => new XlsxFormat(format),
};

/** The reader of a contract's deliveries. One may read any number of them, one after another. */
export function formatOf(format: FormatContract, columns: string[]): Format {
  return FORMATS[format.kind](format, columns);
}
