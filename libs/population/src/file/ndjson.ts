import { ByteFile } from './byte-file.js';
import { writeUtf8 } from './gb18030.js';
import type { RowWriterFactory } from './row-writer.js';

const SPECIAL = /["\\\u0000-\u001f]/;

/** One JSON object a line, in UTF-8; what is missing is null. */
export const ndjsonWriter: RowWriterFactory = (path, _format, columns, piece) => {
  const file = new ByteFile(path, piece);
  const keys = columns.map((column, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(column)}:`));
  const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
  const none = Buffer.from('null');

  const line = (values: readonly string[], cut: boolean): void => {
    let units = 8;
    for (const value of values) units += value.length * 2 + 6;
    const out = file.reserve(keyBytes + units * 4);
    let at = file.at;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      out.set(key, at);
      at += key.length;
      const value = values[i];
      if (value === '') {
        out.set(none, at);
        at += 4;
      } else if (SPECIAL.test(value)) at = writeUtf8(out, at, JSON.stringify(value));
      else {
        out[at++] = 34;
        at = writeUtf8(out, at, value);
        out[at++] = 34;
      }
    }
    if (!cut) out[at++] = 125;
    out[at++] = 10;
    file.at = at;
  };
  return {
    row: (values) => line(values, false),
    broken: (values) => line(values, true),
    close: () => file.close(),
  };
};
