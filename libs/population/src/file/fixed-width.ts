import { ByteFile } from './byte-file.js';
import { gb18030Length, writeGb18030, writeUtf8 } from '#feeds';
import type { RowWriterFactory } from './row-writer.js';

const SPACE = 32;

/** Lines of columns of so many bytes each, filled with blanks, no header. A value too long loses its end, whole characters at a time. */
export const fixedWidthWriter: RowWriterFactory = (path, format, _columns, piece) => {
  const file = new ByteFile(path, piece);
  const widths = format.widths ?? [];
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const gb = format.encoding === 'gb18030';
  const encode = gb ? writeGb18030 : writeUtf8;
  const length = gb ? gb18030Length : (text: string): number => Buffer.byteLength(text);

  const line = (values: readonly string[], extra: number): void => {
    const out = file.reserve(whole + extra + 64);
    let at = file.at;
    for (let i = 0; i < widths.length; i++) {
      const end = at + widths[i];
      let value = values[i];
      while (value.length * 4 > widths[i] && length(value) > widths[i]) value = [...value].slice(0, -1).join('');
      at = encode(out, at, value);
      while (at < end) out[at++] = SPACE;
    }
    for (let i = 0; i < extra; i++) out[at++] = 49;
    out[at++] = 10;
    file.at = at;
  };
  return {
    row: (values) => line(values, 0),
    broken: (values) => line(values, 7),
    close: () => file.close(),
  };
};
