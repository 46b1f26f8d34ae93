import type { FormatContract } from '../contract/contract.js';
import { fileFault } from './faults.js';
import { FlatObject, type OtherKeys } from './flat-object.js';
import type { ByteSource, Format, RowSink } from './format.js';
import { pieces, TextWindow } from './text.js';

const NEWLINE = 10;
const LOOKED_AT = 100;

/**
 * One flat JSON object a line (RFC 8259); keys are the contract's columns, in any order. A key left out is an empty
 * cell, a key nobody knows is row-columns, and when most of the first lines have one the file is not this feed's.
 */
export class NdjsonFormat implements Format {
  constructor(private readonly format: FormatContract, private readonly columns: string[], private readonly others?: OtherKeys) {}

  async read(source: ByteSource, sink: RowSink): Promise<void> {
    const scan = new NdjsonScan(this.format, this.columns, sink, this.others);
    for await (const piece of pieces(source, this.format.encoding, false)) {
      scan.window.add(piece.bytes, piece.from, piece.to, piece.last);
      scan.run();
      await sink.drain();
    }
  }
}

class NdjsonScan {
  readonly window: TextWindow;
  private readonly object: FlatObject;
  private begun = false;
  private skipping = false;
  private rows = 0;

  constructor(private readonly format: FormatContract, private readonly columns: string[], private readonly sink: RowSink, others?: OtherKeys) {
    this.window = new TextWindow(format.encoding, format.limits.rowBytes + 1);
    this.object = new FlatObject(columns, this.window.spare, others);
  }

  run(): void {
    const { window, object, sink } = this;
    const { bytes, end, last } = window;
    const { rowBytes } = this.format.limits;
    if (!this.begun) this.begin();
    if (this.skipping) this.skipping = !window.dropLine();
    if (this.skipping) return;
    let row = window.start;
    while (row < end) {
      const found = bytes.indexOf(NEWLINE, row);
      const complete = found >= 0 && found < end;
      const stop = complete ? found : end;
      if (stop - row > rowBytes) {
        this.count();
        window.isFaulty(row, stop);
        sink.bad('row-too-long', window.beginning(row, stop));
        if (!complete) {
          window.start = row;
          this.skipping = !window.dropLine();
          return;
        }
      } else if (!complete && !last) {
        window.start = row;
        return;
      } else if (window.nextFault < stop && window.isFaulty(row, stop)) {
        this.count();
        sink.bad('row-encoding', bytes.subarray(row, stop));
      } else if (stop > row && sink.known?.(bytes, row, stop)) {
        this.count();
      } else {
        const outcome = object.read(bytes, row, stop);
        if (outcome !== 'empty') this.count();
        if (outcome === 'row') sink.row(bytes, object.starts, object.ends, this.columns.length, row, stop);
        else if (outcome !== 'empty') sink.bad(outcome, bytes.subarray(row, stop));
      }
      row = stop + 1;
    }
    window.start = Math.min(row, end);
  }

  /** Looks at the first lines before any of them is a row. */
  private begin(): void {
    this.begun = true;
    const { window, object } = this;
    const { bytes, start, end, last } = window;
    const keys = new Set<string>();
    let lines = 0;
    let objects = 0;
    let strange = 0;
    for (let row = start; row < end && lines < LOOKED_AT;) {
      const found = bytes.indexOf(NEWLINE, row);
      const complete = found >= 0 && found < end;
      if (!complete && !last) break;
      const stop = complete ? found : end;
      const outcome = object.read(bytes, row, stop, keys);
      if (outcome !== 'empty') lines++;
      if (outcome === 'row' || outcome === 'row-columns') objects++;
      if (outcome === 'row-columns') strange++;
      row = stop + 1;
    }
    if (lines > 0 && objects * 2 < lines) {
      throw fileFault('file-format', '文件不是每行一个 JSON 对象。', 'The file does not hold one JSON object a line.', { lines, objects });
    }
    if (strange * 2 > objects) {
      // The sink may know better whose file this is; it is shown the first rows with the keys they have.
      this.sink.header([...keys]);
      this.show([...keys]);
      const unknown = [...keys].filter((key) => !this.columns.includes(key)).slice(0, 50);
      const missing = this.columns.filter((column) => !keys.has(column));
      throw fileFault('file-columns',
        `字段与约定不符：多出 ${unknown.join('、')}${missing.length > 0 ? `，缺少 ${missing.join('、')}` : ''}。`,
        `The keys are not the contract's: unknown ${unknown.join(', ')}${missing.length > 0 ? `; missing ${missing.join(', ')}` : ''}.`,
        { unknown, missing });
    }
    this.sink.header(this.columns);
  }

  /** The first lines, with the keys they have for columns. */
  private show(keys: string[]): void {
    const { window, sink } = this;
    const { bytes, end } = window;
    const object = new FlatObject(keys, window.spare);
    for (let row = window.start, lines = 0; row < end && lines < LOOKED_AT; lines++) {
      const stop = bytes.indexOf(NEWLINE, row);
      if (stop < 0 || stop >= end) return;
      if (object.read(bytes, row, stop) === 'row') sink.row(bytes, object.starts, object.ends, keys.length, row, stop);
      row = stop + 1;
    }
  }

  private count(): void {
    const { rows } = this.format.limits;
    if (++this.rows > rows) throw fileFault('file-bomb', `行数超过上限 ${rows}。`, `The file has more than ${rows} rows.`, { rows });
  }
}
