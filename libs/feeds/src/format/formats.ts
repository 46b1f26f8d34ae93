import { columnReading } from '../contract/amendment.js';
import type { FeedContract, FormatContract } from '../contract/contract.js';
import { CsvFormat } from './csv.js';
import { FixedWidthFormat } from './fixed-width.js';
import type { OtherKeys } from './flat-object.js';
import type { Format, FormatFactory } from './format.js';
import { NdjsonFormat } from './ndjson.js';
import { XlsxFormat } from './xlsx.js';

const FORMATS: Record<FormatContract['kind'], FormatFactory> = {
  csv: (format) => new CsvFormat(format),
  'fixed-width': (format, columns) => new FixedWidthFormat(format, columns),
  ndjson: (format, columns, others) => new NdjsonFormat(format, columns, others),
  xlsx: (format) => new XlsxFormat(format),
};

/** A format's reader. It may read any number of deliveries, one after another. */
export function formatOf(format: FormatContract, columns: string[], others?: OtherKeys): Format {
  return FORMATS[format.kind](format, columns, others);
}

/** The reader of a contract's deliveries, by what amends it. */
export function readerOf(contract: Pick<FeedContract, 'format' | 'fields' | 'amended'>): Format {
  return formatOf(contract.format, contract.fields.map((field) => field.column), columnReading(contract));
}
