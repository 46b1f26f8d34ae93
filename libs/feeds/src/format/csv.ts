import type { FormatContract } from '../contract/contract.js';
import { fileFault } from './faults.js';
import type { ByteSource, Format, RowSink } from './format.js';
import { pieces, TextWindow } from './text.js';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

// Four bytes at a time: a byte of `word ^ pattern` is zero where it matches, and (x - ONES) & ~x & HIGHS has its lowest set
// bit in the lowest zero byte (A. Mycroft's null-byte test, as in Warren, Hacker's Delight, 6-1).
const ONES = 0x01010101;
const HIGHS = 0x80808080 | 0;
const NEWLINES = NEWLINE * ONES;
const QUOTES = QUOTE * ONES;

/**
 * Comma-separated text (RFC 4180), with any one-byte delimiter. The fast path of the whole product: one scan over bytes,
 * no strings. Wider than the RFC: a quote inside an unquoted cell is itself, lines may end in LF or CR LF, cells may hold
 * line breaks when quoted. A row whose quotes do not come out (never closed, or something after the closing one) is given up
 * with its first physical line only, and reading goes on with the next line: a stray quote costs one row, not the file.
 */
export class CsvFormat implements Format {
  constructor(private readonly format: FormatContract) {}

  async read(source: ByteSource, sink: RowSink): Promise<void> {
    for await (const _pass of this.passes(source, sink)) await sink.drain();
  }

  /** The same for a reader that asks: each turn gives the sink one more piece's rows. Whoever stops early closes the source. */
  async *passes(source: ByteSource, sink: Omit<RowSink, 'drain'>): AsyncGenerator<void, void, void> {
    const scan = new CsvScan(this.format, sink);
    for await (const piece of pieces(source, this.format.encoding, true)) {
      scan.window.add(piece.bytes, piece.from, piece.to, piece.last);
      scan.run();
      yield;
    }
  }
}

class CsvScan {
  readonly window: TextWindow;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly delimiter: number;
  private readonly rowBytes: number;
  private readonly columns: number;
  private rows = 0;
  private header = false;
  /** Inside an overlong line that has been reported: everything up to its end is dropped. */
  private skipping = false;
  /** Empty lines seen; rows if another row follows them, nothing if the file ends. */
  private blank = 0;
  /** Cells of the row in hand with doubled quotes. */
  private readonly doubled: number[] = [];

  constructor(private readonly format: FormatContract, private readonly sink: Omit<RowSink, 'drain'>) {
    const { limits } = format;
    this.window = new TextWindow(format.encoding, limits.rowBytes + 1);
    this.columns = limits.columns;
    this.rowBytes = limits.rowBytes;
    this.starts = new Int32Array(limits.columns + 1);
    this.ends = new Int32Array(limits.columns + 1);
    this.delimiter = format.delimiter.charCodeAt(0);
  }

  /** Takes every complete row of the window. */
  run(): void {
    const { window, starts, ends, delimiter, columns, rowBytes, doubled } = this;
    const delimiters = delimiter * ONES;
    const { bytes: b, view, end, last } = window;
    // Behind the text, so that every search ends without looking for the end.
    b[end] = NEWLINE;
    b[end + 1] = QUOTE;
    if (this.skipping) this.skipping = !window.dropLine();
    if (this.skipping) return;

    const asks = this.sink.known !== undefined;
    let row = window.start;
    while (row < end) {
      if (asks && this.header && this.blank === 0) {
        row = this.skipKnown(row);
        if (row >= end) break;
      }
      let k = row;
      let cell = 0;
      let cells = 0;
      let broken = false;
      starts[0] = k;
      // One turn a cell.
      for (;;) {
        let c = b[k];
        if (c === QUOTE && k < end) {
          let q = k + 1;
          let twice = false;
          for (;;) {
            q = nextOf(view, q, QUOTES);
            if (q + 1 < end && b[q + 1] === QUOTE) {
              twice = true;
              q += 2;
            } else break;
          }
          if (q >= end) {
            broken = true;
            break;
          }
          starts[cell] = k + 1;
          ends[cell] = q;
          if (twice) doubled.push(cell);
          k = q + 1;
          c = b[k];
          if (c === RETURN && k < end && b[k + 1] === NEWLINE) c = b[++k];
          if (c !== delimiter && c !== NEWLINE) {
            broken = true;
            break;
          }
        } else {
          for (;;) {
            const word = view.getInt32(k, true);
            const x = word ^ delimiters;
            const y = word ^ NEWLINES;
            const hit = (((x - ONES) & ~x) | ((y - ONES) & ~y)) & HIGHS;
            if (hit !== 0) {
              k += (31 - Math.clz32(hit & -hit)) >> 3;
              break;
            }
            k += 4;
          }
          c = b[k];
          ends[cell] = k;
          if (c === NEWLINE && k > starts[cell] && b[k - 1] === RETURN) ends[cell] = k - 1;
        }
        cells++;
        if (c === NEWLINE) break;
        if (cell < columns) cell++;
        starts[cell] = ++k;
      }
      if (broken || k - row > rowBytes || (k >= end && !last)) {
        doubled.length = 0;
        row = this.giveUp(row);
        if (row < 0) return;
        continue;
      }
      const stop = k > row && b[k - 1] === RETURN ? k - 1 : k;
      if (stop === row) {
        this.blank++;
      } else {
        if (this.blank > 0) this.blanks();
        if (window.nextFault < k && window.isFaulty(row, k)) this.faulty(row, stop);
        else if (cells > columns) this.tooMany(row, stop);
        else {
          if (doubled.length > 0) this.undouble();
          this.emit(cells, row, stop);
        }
      }
      if (doubled.length > 0) doubled.length = 0;
      row = k + 1;
    }
    window.start = Math.min(row, end);
    if (last && !this.header) throw fileFault('file-empty', '文件没有表头。', 'The file has no header line.');
  }

  /**
   * Passes over rows the sink knows by their bytes. A row with a line break in a cell is asked about up to that break:
   * no row that was ever taken ends within quotes, so it is not known and is split.
   * @returns the first row that is to be split, or the end
   */
  private skipKnown(from: number): number {
    const { window, sink } = this;
    const { bytes: b, view, end } = window;
    let row = from;
    while (row < end) {
      const k = nextOf(view, row, NEWLINES);
      const stop = k > row && b[k - 1] === RETURN ? k - 1 : k;
      if (k >= end || stop === row || window.nextFault < k || !sink.known!(b, row, stop)) break;
      this.count();
      row = k + 1;
    }
    return row;
  }

  private emit(cells: number, start: number, stop: number): void {
    if (this.header) {
      this.count();
      this.sink.row(this.window.bytes, this.starts, this.ends, cells, start, stop);
      return;
    }
    const names: string[] = [];
    for (let i = 0; i < cells; i++) names.push(this.window.bytes.toString('utf8', this.starts[i], this.ends[i]).trim());
    this.header = true;
    this.sink.header(names);
  }

  /** A row that does not end, ends too late or has unsound quotes. @returns where to go on, or -1: more text is needed, or there is none. */
  private giveUp(row: number): number {
    const { window, rowBytes, sink } = this;
    const { bytes, end, last } = window;
    const found = bytes.indexOf(NEWLINE, row);
    const complete = found >= row && found < end;
    const length = (complete ? found : end) - row;
    if (length > rowBytes) {
      this.bad();
      window.isFaulty(row, row + length);
      sink.bad('row-too-long', window.beginning(row, row + length));
      if (complete) return found + 1;
      window.start = row;
      this.skipping = !window.dropLine();
      return -1;
    }
    // Within the limit, and what follows could still close the quote.
    if (!last && end - row <= rowBytes) {
      window.start = row;
      return -1;
    }
    this.bad();
    const stop = length > 0 && bytes[row + length - 1] === RETURN ? row + length - 1 : row + length;
    sink.bad(window.isFaulty(row, row + length) ? 'row-encoding' : 'row-syntax', bytes.subarray(row, stop));
    return row + length + 1;
  }

  private faulty(start: number, stop: number): void {
    this.bad();
    this.sink.bad('row-encoding', this.window.bytes.subarray(start, stop));
  }

  private tooMany(start: number, stop: number): void {
    this.bad();
    this.sink.bad('row-columns', this.window.bytes.subarray(start, stop));
  }

  /** A header that cannot be split is no header. */
  private bad(): void {
    if (!this.header) throw fileFault('file-columns', '表头行无法读取。', 'The header line cannot be read.', { limits: this.format.limits });
    if (this.blank > 0) this.blanks();
    this.count();
  }

  private count(): void {
    if (++this.rows > this.format.limits.rows) {
      throw fileFault('file-bomb', `行数超过上限 ${this.format.limits.rows}。`, `The file has more than ${this.format.limits.rows} rows.`, { rows: this.format.limits.rows });
    }
  }

  private blanks(): void {
    for (; this.blank > 0; this.blank--) {
      if (!this.header) continue;
      this.count();
      this.sink.row(this.window.bytes, EMPTY, EMPTY, 1, 0, 0);
    }
  }

  /** Cells with doubled quotes are written out behind the text; the row as delivered stays as it is. */
  private undouble(): void {
    const { starts, ends, doubled } = this;
    const b = this.window.bytes;
    let o = this.window.spare;
    for (const cell of doubled) {
      const from = o;
      for (let i = starts[cell]; i < ends[cell]; i++) {
        b[o++] = b[i];
        if (b[i] === QUOTE) i++;
      }
      starts[cell] = from;
      ends[cell] = o;
    }
  }
}

/** Where the byte that `pattern` repeats stands next; it stands behind the text in any case. */
function nextOf(view: DataView, from: number, pattern: number): number {
  for (let k = from; ; k += 4) {
    const x = view.getInt32(k, true) ^ pattern;
    const hit = (x - ONES) & ~x & HIGHS;
    if (hit !== 0) return k + ((31 - Math.clz32(hit & -hit)) >> 3);
  }
}

/** The one cell of an empty line. */
const EMPTY = new Int32Array(1);
