import { Zip, ZipDeflate } from 'fflate';
import { ByteFile } from './byte-file.js';
import { writeUtf8 } from '#feeds';
import type { RowWriterFactory } from './row-writer.js';

/** ECMA-376, the least a workbook of one sheet needs. */
const CONTENT_TYPES = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>';
const RELATIONSHIPS = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>';
const WORKBOOK_RELATIONSHIPS = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>';
const workbook = (sheet: string): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="${escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>`;
const SHEET_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>';
const SHEET_TAIL = '</sheetData></worksheet>';

const PIECE = 1 << 16;

/**
 * A workbook of one sheet of texts, written as it goes: memory is one piece and the deflater's window, whatever the size.
 * The deflater is JavaScript, so that the bytes are the same on every machine; entries carry the zip epoch as their date.
 */
export const xlsxWriter: RowWriterFactory = (path, format, columns, bytes) => {
  const file = new ByteFile(path, bytes);
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    file.bytes(chunk);
  });
  const entry = (name: string): ZipDeflate => {
    const part = new ZipDeflate(name, { level: 1 });
    // fflate reads the local clock's parts of this date, so it is made of local parts.
    part.mtime = new Date(1980, 0, 1);
    zip.add(part);
    return part;
  };
  const whole = (name: string, text: string): void => entry(name).push(Buffer.from(text), true);
  whole('[Content_Types].xml', CONTENT_TYPES);
  whole('_rels/.rels', RELATIONSHIPS);
  whole('xl/workbook.xml', workbook(format.sheet ?? 'Sheet1'));
  whole('xl/_rels/workbook.xml.rels', WORKBOOK_RELATIONSHIPS);
  const sheet = entry('xl/worksheets/sheet1.xml');

  let piece = new Uint8Array(PIECE * 2);
  let end = writeUtf8(piece, 0, SHEET_HEAD);
  let count = 0;
  const letters = Array.from({ length: columns.length + 2 }, (_, i) => letter(i));
  const line = (values: readonly string[]): void => {
    count++;
    let text = `<row r="${count}">`;
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== '') text += `<c r="${letters[i]}${count}" t="inlineStr"><is><t>${escape(values[i])}</t></is></c>`;
    }
    text += '</row>';
    if (end + text.length * 4 > piece.length) {
      const larger = new Uint8Array((end + text.length * 4) * 2);
      larger.set(piece.subarray(0, end));
      piece = larger;
    }
    end = writeUtf8(piece, end, text);
    if (end >= PIECE) {
      // The deflater keeps what it is handed for a while: hand it a copy.
      sheet.push(piece.slice(0, end), false);
      end = 0;
    }
  };
  line(columns);
  return {
    row: line,
    broken: (values) => line([...values, '1']),
    close() {
      end = writeUtf8(piece, end, SHEET_TAIL);
      sheet.push(piece.slice(0, end), true);
      zip.end();
      file.close();
    },
  };
};

const MARKUP = /[&<>"]|^\s|\s$/;

function escape(value: string): string {
  if (!MARKUP.test(value)) return value;
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function letter(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : letter(Math.floor(column / 26) - 1) + letter(column % 26);
}
