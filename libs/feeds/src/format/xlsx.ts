import type { FormatContract } from '../contract/contract.js';
import type { ByteSource, Format, RowSink } from './format.js';
import { Archive } from './xlsx/archive.js';
import { SharedStrings } from './xlsx/shared-strings.js';
import { Sheet } from './xlsx/sheet.js';
import { Styles } from './xlsx/styles.js';
import { findSheet } from './xlsx/workbook.js';
import { type XmlHandler, XmlScan } from './xlsx/xml-scan.js';

/**
 * One sheet of an XLSX workbook (ECMA-376), streamed out of its archive: the string table is held as bytes, the sheet
 * never. Its first row with anything in it is the header.
 */
export class XlsxFormat implements Format {
  constructor(private readonly format: FormatContract) {}

  async read(source: ByteSource, sink: RowSink): Promise<void> {
    const archive = await Archive.open(source, this.format.limits);
    try {
      const workbook = await findSheet(archive, this.format.sheet);
      const strings = new SharedStrings();
      const styles = new Styles();
      if (workbook.strings) await pass(archive, workbook.strings, strings);
      if (workbook.styles) await pass(archive, workbook.styles, styles);
      const sheet = new Sheet(this.format.limits, strings, styles.cells, workbook.from1904, sink);
      await pass(archive, workbook.sheet, sheet, () => sink.drain());
      sheet.finish();
      await sink.drain();
    } finally {
      await archive.close();
    }
  }
}

async function pass(archive: Archive, part: string, handler: XmlHandler, after?: () => Promise<void>): Promise<void> {
  const xml = new XmlScan(handler);
  for await (const chunk of archive.bytes(part)) {
    xml.push(chunk);
    await after?.();
  }
  xml.end();
}
