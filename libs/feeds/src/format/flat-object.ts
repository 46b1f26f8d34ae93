import type { RowFault } from './format.js';

const QUOTE = 34;
const BACKSLASH = 92;
const [OPEN, CLOSE, COLON, COMMA, MINUS, PLUS, DOT, ZERO, NINE] = [...Buffer.from('{}:,-+.09')];
/** A key nobody reads, as opposed to one nobody knows. */
const PASSED = -2;
const LITERALS = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]));
/** A surrogate without its other half: no character. With U+0000, what a JSON string can spell and a text cannot hold. */
const NO_TEXT = /[\ud800-\udfff\0]/u;

/** Keys beside the columns: other names of a column, and keys that are passed over. */
export interface OtherKeys { aliases: ReadonlyMap<string, string>; ignored: ReadonlySet<string> }

/**
 * One JSON object of strings, numbers, true, false and null, read on its bytes. Numbers stand as they are written (an
 * 18-digit number keeps all its digits); only strings with an escape in them go through JSON.parse, one by one.
 * Of a key that comes twice the last counts, as with JSON.parse.
 */
export class FlatObject {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  private readonly names: Buffer[];
  private readonly others: { name: Buffer; column: number }[];
  private at = 0;
  private stop = 0;
  /** Where the string read last stands, unescaped. */
  private from = 0;
  private to = 0;
  private write = 0;
  private noText = false;

  /** @param spare where in the row's buffer there is room for unescaped strings */
  constructor(columns: string[], private readonly spare: number, others?: OtherKeys) {
    this.names = columns.map((column) => Buffer.from(column));
    this.others = [
      ...[...others?.aliases ?? []].map(([name, column]) => ({ name: Buffer.from(name), column: columns.includes(column) ? columns.indexOf(column) : PASSED })),
      ...[...others?.ignored ?? []].map((name) => ({ name: Buffer.from(name), column: PASSED })),
    ];
    this.starts = new Int32Array(columns.length);
    this.ends = new Int32Array(columns.length);
  }

  /** @param keys takes up every key, known or not */
  read(bytes: Buffer, start: number, stop: number, keys?: Set<string>): RowFault | 'row' | 'empty' {
    this.at = start;
    this.stop = stop;
    this.write = this.spare;
    this.noText = false;
    this.starts.fill(0);
    this.ends.fill(0);
    this.space(bytes);
    if (this.at === stop) return 'empty';
    if (bytes[this.at++] !== OPEN) return 'row-syntax';
    let strange = false;
    let expected = 0;
    this.space(bytes);
    if (this.at < stop && bytes[this.at] === CLOSE) this.at++;
    else {
      for (;;) {
        this.space(bytes);
        if (!this.string(bytes)) return 'row-syntax';
        keys?.add(bytes.toString('utf8', this.from, this.to));
        const column = this.columnOf(bytes, expected);
        if (column === -1) strange = true;
        else if (column >= 0) expected = column + 1;
        this.space(bytes);
        if (this.at >= stop || bytes[this.at++] !== COLON) return 'row-syntax';
        this.space(bytes);
        if (!this.value(bytes)) return 'row-syntax';
        if (column >= 0) {
          this.starts[column] = this.from;
          this.ends[column] = this.to;
        }
        this.space(bytes);
        if (this.at >= stop) return 'row-syntax';
        const next = bytes[this.at++];
        if (next === CLOSE) break;
        if (next !== COMMA) return 'row-syntax';
      }
    }
    this.space(bytes);
    if (this.at < stop) return 'row-syntax';
    if (strange) return 'row-columns';
    return this.noText ? 'row-encoding' : 'row';
  }

  private space(bytes: Buffer): void {
    let { at } = this;
    const { stop } = this;
    while (at < stop && (bytes[at] === 32 || bytes[at] === 13 || bytes[at] === 9)) at++;
    this.at = at;
  }

  /** Suppliers keep one order: the column after the last one is tried first. */
  private columnOf(bytes: Buffer, expected: number): number {
    const { names, from, to } = this;
    if (expected < names.length && isAt(bytes, from, to, names[expected])) return expected;
    for (let i = 0; i < names.length; i++) if (isAt(bytes, from, to, names[i])) return i;
    for (const { name, column } of this.others) if (isAt(bytes, from, to, name)) return column;
    return -1;
  }

  private value(bytes: Buffer): boolean {
    if (this.at >= this.stop) return false;
    const first = bytes[this.at];
    if (first === QUOTE) return this.string(bytes);
    this.from = this.at;
    if (first === MINUS || (first >= ZERO && first <= NINE)) return this.number(bytes);
    const word = LITERALS.get(first);
    if (!word || !isAt(bytes, this.at, Math.min(this.stop, this.at + word.length), word)) return false;
    this.at += word.length;
    this.to = word.length === 4 && first !== 0x74 ? this.from : this.at;
    return true;
  }

  private string(bytes: Buffer): boolean {
    const { stop } = this;
    let at = this.at;
    if (at >= stop || bytes[at] !== QUOTE) return false;
    const from = ++at;
    let escaped = false;
    for (;;) {
      if (at >= stop) return false;
      const c = bytes[at];
      if (c === QUOTE) break;
      if (c < 32) return false;
      if (c === BACKSLASH) {
        escaped = true;
        at++;
      }
      at++;
    }
    this.from = from;
    this.to = at;
    this.at = at + 1;
    return !escaped || this.unescape(bytes);
  }

  private unescape(bytes: Buffer): boolean {
    let text: string;
    try {
      text = JSON.parse(bytes.toString('utf8', this.from - 1, this.to + 1)) as string;
    } catch {
      return false;
    }
    if (NO_TEXT.test(text)) this.noText = true;
    this.from = this.write;
    this.write += bytes.write(text, this.write, 'utf8');
    this.to = this.write;
    return true;
  }

  private number(bytes: Buffer): boolean {
    if (bytes[this.at] === MINUS) this.at++;
    if (this.at < this.stop && bytes[this.at] === ZERO) this.at++;
    else if (!this.digits(bytes)) return false;
    if (this.at < this.stop && bytes[this.at] === DOT) {
      this.at++;
      if (!this.digits(bytes)) return false;
    }
    if (this.at < this.stop && (bytes[this.at] | 32) === 0x65) {
      this.at++;
      if (this.at < this.stop && (bytes[this.at] === MINUS || bytes[this.at] === PLUS)) this.at++;
      if (!this.digits(bytes)) return false;
    }
    this.to = this.at;
    return true;
  }

  private digits(bytes: Buffer): boolean {
    const from = this.at;
    while (this.at < this.stop && bytes[this.at] >= ZERO && bytes[this.at] <= NINE) this.at++;
    return this.at > from;
  }
}

function isAt(bytes: Buffer, from: number, to: number, name: Buffer): boolean {
  if (to - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[from + i] !== name[i]) return false;
  return true;
}
