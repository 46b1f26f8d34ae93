import { ByteFile } from './byte-file.js';
import { writeGb18030, writeUtf8 } from '#feeds';
import type { RowWriterFactory } from './row-writer.js';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/** Comma-separated text with a header line, in UTF-8 or GB18030, quoted only where it must be (RFC 4180). */
export const csvWriter: RowWriterFactory = (path, format, columns, piece) => {
  const file = new ByteFile(path, piece);
  const encode = format.encoding === 'gb18030' ? writeGb18030 : writeUtf8;
  const delimiter = (format.delimiter || ',').charCodeAt(0);
  const special = new Uint8Array(128);
  for (const unit of [delimiter, QUOTE, NEWLINE, RETURN]) special[unit] = 1;

  const line = (values: readonly string[]): void => {
    let units = 8;
    for (const value of values) units += value.length * 2 + 3;
    const out = file.reserve(units * 4);
    let at = file.at;
    for (let i = 0; i < values.length; i++) {
      if (i > 0) out[at++] = delimiter;
      const value = values[i];
      const end = encode(out, at, value, special);
      if (end >= 0) at = end;
      else {
        out[at++] = QUOTE;
        at = encode(out, at, value.replaceAll('"', '""'));
        out[at++] = QUOTE;
      }
    }
    out[at++] = NEWLINE;
    file.at = at;
  };
  line(columns);
  return {
    row: line,
    broken: (values) => line([...values, '1']),
    close: () => file.close(),
  };
};
