import { isUtf8 } from 'node:buffer';
import type { FormatContract } from '../../contract/contract.js';
import { fileFault } from '../faults.js';
import type { RowFault, RowSink } from '../format.js';
import { copy } from './copy.js';
import type { SharedStrings } from './shared-strings.js';
import { dayText, type Shown } from './styles.js';
import { tagOf, type XmlHandler, type XmlScan } from './xml-scan.js';

const [ROW, C, V, T, IS, PHONETIC, R, S, SHEET_DATA] = ['row', 'c', 'v', 't', 'is', 'rPh', 'r', 's', 'sheetData'].map(tagOf);
const TAB = 9;
const RAW_MOST = 8 << 10;
/** A character a spreadsheet cannot hold in XML is written _xHHHH_ (ECMA-376 Part 1, 22.9.2.19). */
const SPELLED = /_x([0-9A-Fa-f]{4})_/g;

/**
 * The rows of one sheet. A cell is its text as shown where that can be told: strings, numbers as they are written, dates in
 * the wire form of dates. A formula is the value it had when the file was saved. Rows with nothing in them are no rows.
 */
export class Sheet implements XmlHandler {
  /** Rows of the sheet given so far, the header not among them. */
  rows = 0;
  /** The end of the table was seen: the sheet is complete. */
  ended = false;
  private header = 0;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  /** Cells of the row in hand, one behind the other with a tab between. */
  private readonly row: Buffer;
  private length = 0;
  private column = -1;
  /** One past the last cell that is not empty. */
  private width = 0;
  private fault: RowFault | null = null;
  private value = Buffer.allocUnsafeSlow(4096);
  private valueLength = 0;
  private kind = 0;
  private style = 0;
  private taking = false;
  private phonetic = false;
  private inTable = false;

  constructor(
    private readonly limits: FormatContract['limits'], private readonly strings: SharedStrings,
    private readonly styles: Shown[], private readonly from1904: boolean, private readonly sink: RowSink,
  ) {
    this.starts = new Int32Array(limits.columns + 1);
    this.ends = new Int32Array(limits.columns + 1);
    this.row = Buffer.allocUnsafeSlow(limits.rowBytes + limits.columns + 64);
  }

  open(tag: number, scan: XmlScan): void {
    if (tag === C) this.openCell(scan);
    else if (tag === V) this.taking = true;
    else if (tag === T) this.taking = !this.phonetic;
    else if (tag === PHONETIC) this.phonetic = true;
    else if (tag === ROW) this.openRow();
    else if (tag === SHEET_DATA) this.inTable = true;
  }

  close(tag: number): void {
    if (tag === V || tag === T) this.taking = false;
    else if (tag === C) this.closeCell();
    else if (tag === PHONETIC) this.phonetic = false;
    else if (tag === ROW) this.closeRow();
    else if (tag === SHEET_DATA) {
      this.inTable = false;
      this.ended = true;
    } else if (tag === IS) this.phonetic = false;
  }

  text(bytes: Buffer, start: number, end: number): void {
    if (!this.taking || !this.inTable || this.fault) return;
    const needed = this.valueLength + end - start;
    if (needed > this.value.length) {
      if (needed > this.limits.rowBytes) return this.overflow(this.value, 0, this.valueLength);
      const more = Buffer.allocUnsafeSlow(Math.max(needed, this.value.length * 2));
      this.value.copy(more, 0, 0, this.valueLength);
      this.value = more;
    }
    copy(bytes, start, end, this.value, this.valueLength);
    this.valueLength = needed;
  }

  /** What the whole sheet must have shown. */
  finish(): void {
    if (!this.ended) throw fileFault('file-truncated', '工作表内容不完整。', 'The sheet ends in the middle.');
    if (this.header === 0) throw fileFault('file-empty', '工作表没有表头。', 'The sheet has no header row.');
  }

  private openRow(): void {
    this.length = 0;
    this.column = -1;
    this.width = 0;
    this.fault = null;
  }

  private openCell(scan: XmlScan): void {
    const place = scan.placeOf(R);
    let column = this.column + 1;
    if (place >= 0) {
      let named = 0;
      for (let i = 0; i < 4; i++) {
        const letter = scan.byteOf(place, i);
        if (letter < 65 || letter > 90) break;
        named = named * 26 + letter - 64;
      }
      if (named > 0) column = named - 1;
    }
    // Cells of a row stand in order; one that goes back would overwrite another.
    if (column <= this.column) this.spoil('row-syntax');
    else this.moveTo(column);
    const type = scan.placeOf(T);
    // n, s, b, e, d; str and inlineStr are told from s by their second letter.
    this.kind = type < 0 ? 110 : scan.byteOf(type, 1) < 0 ? scan.byteOf(type, 0) : 0;
    this.style = 0;
    const style = scan.placeOf(S);
    if (style >= 0) for (let i = 0, digit; i < 6 && (digit = scan.byteOf(style, i)) >= 0; i++) this.style = this.style * 10 + digit - 48;
    this.valueLength = 0;
  }

  private moveTo(column: number): void {
    const { columns } = this.limits;
    for (let i = this.column + 1; i <= column && i <= columns; i++) {
      if (i > 0) this.row[this.length++] = TAB;
      this.starts[i] = this.length;
      this.ends[i] = this.length;
    }
    this.column = column;
  }

  private closeCell(): void {
    if (this.valueLength === 0 || this.fault) return;
    if (this.column >= this.limits.columns) return this.spoil('row-columns');
    if (this.kind === 115) {
      const index = this.integer();
      if (index < 0 || index >= this.strings.count) return this.spoil('row-syntax');
      return this.put(this.strings.bytes, this.strings.startOf(index), this.strings.endOf(index), true);
    }
    if (this.kind === 110 || this.kind === 100 || this.kind === 98) {
      const shown = this.shown();
      if (shown !== undefined) {
        const text = Buffer.from(shown);
        return this.put(text, 0, text.length, false);
      }
    }
    this.put(this.value, 0, this.valueLength, this.kind === 0);
  }

  /** Numbers that are not their own text; undefined: as written. */
  private shown(): string | undefined {
    const text = () => this.value.toString('latin1', 0, this.valueLength);
    if (this.kind === 98) return text() === '1' ? 'TRUE' : 'FALSE';
    if (this.kind === 100) {
      const iso = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?/.exec(text());
      return iso ? iso.slice(1, 4).join('') + (iso[4] && iso[4] + iso[5] + (iso[6] ?? '00') !== '000000' ? iso[4] + iso[5] + (iso[6] ?? '00') : '') : undefined;
    }
    const style = this.styles[this.style] ?? 'number';
    if (style !== 'number') return dayText(Number(text()), style, this.from1904);
    // 1.3800138E+10 is an integer in other clothes; beyond fifteen digits a spreadsheet has lost some, and it stays as it is.
    for (let i = 0; i < this.valueLength; i++) {
      if ((this.value[i] | 32) !== 0x65) continue;
      const number = Number(text());
      return Number.isInteger(number) && Math.abs(number) < 1e15 ? String(number) : undefined;
    }
    return undefined;
  }

  private integer(): number {
    let number = 0;
    for (let i = 0; i < this.valueLength && number < 1e9; i++) {
      const digit = this.value[i] - 48;
      if (digit < 0 || digit > 9) return -1;
      number = number * 10 + digit;
    }
    return number;
  }

  private put(bytes: Buffer, start: number, end: number, spelled: boolean): void {
    let from = bytes;
    let [first, stop] = [start, end];
    if (spelled && hasSpelled(bytes, start, end)) {
      from = Buffer.from(bytes.toString('utf8', start, end).replace(SPELLED, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))));
      [first, stop] = [0, from.length];
    }
    if (stop === first) return;
    if (this.length + stop - first > this.limits.rowBytes) return this.overflow(from, first, stop);
    copy(from, first, stop, this.row, this.length);
    this.starts[this.column] = this.length;
    this.length += stop - first;
    this.ends[this.column] = this.length;
    this.width = this.column + 1;
  }

  /** Of an overlong row a beginning is kept. */
  private overflow(bytes: Buffer, start: number, end: number): void {
    const room = Math.max(0, Math.min(RAW_MOST - this.length, this.row.length - this.length, end - start));
    bytes.copy(this.row, this.length, start, start + room);
    this.length += room;
    this.spoil('row-too-long');
  }

  private spoil(fault: RowFault): void {
    this.fault ??= fault;
  }

  private closeRow(): void {
    if (this.width === 0 && !this.fault) return;
    const { limits, sink, row } = this;
    if (this.header === 0) {
      if (this.fault) throw fileFault('file-columns', '表头行无法读取。', 'The header row cannot be read.', { fault: this.fault });
      this.header = this.width;
      const names: string[] = [];
      for (let i = 0; i < this.width; i++) names.push(row.toString('utf8', this.starts[i], this.ends[i]).trim());
      sink.header(names);
      return;
    }
    if (++this.rows > limits.rows) throw fileFault('file-bomb', `行数超过上限 ${limits.rows}。`, `The sheet has more than ${limits.rows} rows.`, { rows: limits.rows });
    const raw = row.subarray(0, this.length);
    if (this.fault) return sink.bad(this.fault, this.fault === 'row-too-long' ? wholeCharacters(raw) : raw);
    if (raw.includes(0) || !isUtf8(raw)) return sink.bad('row-encoding', Buffer.from(raw.toString('utf8')));
    if (this.column + 1 < this.header) this.moveTo(this.header - 1);
    sink.row(row, this.starts, this.ends, Math.max(this.header, this.width), 0, this.length);
  }
}

function hasSpelled(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i + 6 < end; i++) if (bytes[i] === 0x5f && bytes[i + 1] === 0x78 && bytes[i + 6] === 0x5f) return true;
  return false;
}

function wholeCharacters(raw: Buffer): Buffer {
  let end = Math.min(raw.length, RAW_MOST);
  if (end < raw.length) while (end > 0 && (raw[end] & 0xc0) === 0x80) end--;
  return raw.subarray(0, end);
}
