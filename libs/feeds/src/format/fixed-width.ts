import type { FormatContract } from '../contract/contract.js';
import { DECODED_MOST, type Decoder, decoderOf } from './decoder.js';
import { fileFault } from './faults.js';
import type { ByteSource, Format, RowSink } from './format.js';
import { LineSplitter } from './lines.js';
import { pieces } from './text.js';

const LOOKED_AT = 100;
const RAW_MOST = 8 << 10;

/**
 * Lines of cells at fixed places, counted in bytes as delivered: a line is split first and its cells are decoded
 * afterwards. No header line: the columns are the contract's. Padding stays for the sink to trim.
 */
export class FixedWidthFormat implements Format {
  private readonly widths: number[];

  constructor(private readonly format: FormatContract, private readonly columns: string[]) {
    this.widths = format.widths ?? [];
  }

  async read(source: ByteSource, sink: RowSink): Promise<void> {
    const lineBytes = this.widths.reduce((sum, width) => sum + width, 0);
    const scan = new FixedWidthScan(this.format, this.widths, lineBytes, sink);
    const lines = new LineSplitter((bytes, start, end, open) => scan.line(bytes, start, end, open), this.format.limits.rowBytes);
    let begun = false;
    for await (const piece of pieces(source, this.format.encoding, false, (sample, whole) => checkLengths(sample, whole, lineBytes))) {
      if (!begun) sink.header(this.columns);
      begun = true;
      const bytes = piece.bytes.subarray(piece.from, piece.to);
      if (bytes.includes(0)) scan.nulSeen = true;
      lines.push(bytes);
      if (piece.last) lines.end();
      await sink.drain();
    }
  }
}

class FixedWidthScan {
  /** U+0000 is no text in a database; looked for line by line only once a delivery has shown one. */
  nulSeen = false;
  private readonly decoder: Decoder;
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly text: Buffer;
  private rows = 0;
  private blank = 0;
  private overlong = false;

  constructor(private readonly format: FormatContract, private readonly widths: number[], private readonly lineBytes: number, private readonly sink: RowSink) {
    this.decoder = decoderOf(format.encoding);
    this.starts = new Int32Array(widths.length);
    this.ends = new Int32Array(widths.length);
    this.text = Buffer.allocUnsafeSlow(format.limits.rowBytes * DECODED_MOST + 64);
  }

  line(bytes: Buffer, start: number, end: number, open: boolean): void {
    const going = this.overlong;
    this.overlong = open;
    if (going) return;
    if (open) return this.bad('row-too-long', bytes, start, Math.min(end, start + RAW_MOST));
    // Empty lines at the end of a file are no rows.
    if (start === end) return void this.blank++;
    for (; this.blank > 0; this.blank--) this.bad('row-columns', bytes, start, start);
    if (end - start !== this.lineBytes) return this.bad('row-columns', bytes, start, end);

    const { widths, starts, ends, text, decoder } = this;
    let at = start;
    let o = 0;
    for (let i = 0; i < widths.length; i++) {
      starts[i] = o;
      o = decoder.decode(bytes, at, at + widths[i], text, o, true);
      ends[i] = o;
      at += widths[i];
    }
    if (decoder.faults.length > 0 || (this.nulSeen && text.subarray(0, o).includes(0))) return this.bad('row-encoding', bytes, start, end);
    this.count();
    this.sink.row(text, starts, ends, widths.length, 0, o);
  }

  private bad(rule: 'row-columns' | 'row-too-long' | 'row-encoding', bytes: Buffer, start: number, end: number): void {
    this.count();
    this.decoder.reset();
    const stop = this.decoder.decode(bytes, start, end, this.text, 0, true);
    this.decoder.reset();
    this.sink.bad(rule, this.text.subarray(0, stop));
  }

  private count(): void {
    const { rows } = this.format.limits;
    if (++this.rows > rows) throw fileFault('file-bomb', `行数超过上限 ${rows}。`, `The file has more than ${rows} rows.`, { rows });
  }
}

/** Most of the first lines of another length: the layout is not the contract's. */
function checkLengths(sample: Buffer, whole: boolean, lineBytes: number): void {
  const seen = new Map<number, number>();
  let lines = 0;
  const splitter = new LineSplitter((_, start, end, open) => {
    if (lines === LOOKED_AT || open || start === end) return;
    lines++;
    seen.set(end - start, (seen.get(end - start) ?? 0) + 1);
  }, 1 << 20);
  splitter.push(sample);
  if (whole) splitter.end();
  const wrong = lines - (seen.get(lineBytes) ?? 0);
  if (lines === 0 || wrong * 2 <= lines) return;
  const [commonest] = [...seen].sort((a, b) => b[1] - a[1])[0];
  throw fileFault('file-columns',
    `每行应为 ${lineBytes} 字节，前 ${lines} 行中有 ${wrong} 行不是（多为 ${commonest} 字节）。`,
    `A line should have ${lineBytes} bytes; of the first ${lines}, ${wrong} have not (most have ${commonest}).`,
    { lineBytes, lines, wrong, commonest });
}
