import { ByteFile } from './byte-file.js';
import { writeUtf8 } from '#feeds';
import type { RowWriterFactory } from './row-writer.js';

/** What JSON escapes: quotes, backslashes and control characters. */
const SPECIAL = new Uint8Array(128).fill(1, 0, 32);
SPECIAL[34] = SPECIAL[92] = 1;

/** One JSON object a line, in UTF-8; what is missing is null. */
export const ndjsonWriter: RowWriterFactory = (path, _format, columns, piece) => {
  const file = new ByteFile(path, piece);
  const keys = columns.map((column, i) => Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(column)}:`));
  const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
  const none = Buffer.from('null');

  const line = (values: readonly string[], cut: boolean): void => {
    let units = 8;
    for (const value of values) units += value.length * 6 + 6;
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
        continue;
      }
      out[at] = 34;
      const end = writeUtf8(out, at + 1, value, SPECIAL);
      if (end < 0) at = writeUtf8(out, at, JSON.stringify(value));
      else {
        out[end] = 34;
        at = end + 1;
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
