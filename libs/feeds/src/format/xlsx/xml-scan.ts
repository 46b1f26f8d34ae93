import { fileFault } from '../faults.js';

const SLICE = 64 << 10;
/** A tag with its attributes; those of spreadsheets are far below. */
const TAG_MOST = 64 << 10;
const ENTITY_MOST = 12;
const ATTRIBUTES_MOST = 32;
const [LESS, GREATER, AMPERSAND, SEMICOLON, SLASH, BANG, QUESTION, DOUBLE, SINGLE, EQUALS, COLON, DASH] = [...Buffer.from('<>&;/!?"\'=:-')];
const COMMENT = Buffer.from('<!--');
const CDATA = Buffer.from('<![CDATA[');
const NAMED = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]]);

export interface XmlHandler {
  /** The tag's name and attributes are the scan's, for the length of the call. */
  open(tag: number, scan: XmlScan): void;
  close(tag: number): void;
  /** Part of a text, entities resolved; a text may come in several parts. */
  text(bytes: Buffer, start: number, end: number): void;
}

/** The number by which a local name is known to handlers. */
export function tagOf(name: string): number {
  let hash = 0;
  for (const byte of Buffer.from(name)) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

/**
 * The XML that spreadsheets are made of, on bytes, streamed, in flat memory. Only the five named entities and character
 * references exist; a document type declaration is refused, so nothing outside the file can be named and nothing expands.
 * Namespace prefixes are dropped. It reads well-formed files right and does not prove that a file is well-formed.
 */
export class XmlScan {
  private readonly work = Buffer.allocUnsafeSlow(TAG_MOST + SLICE);
  private held = 0;
  private begun = false;
  /** What ends the passage being read over or, for CDATA, taken as it stands. */
  private until: Buffer | null = null;
  private literal = false;
  private attributes = 0;
  private readonly names = new Int32Array(ATTRIBUTES_MOST);
  private readonly starts = new Int32Array(ATTRIBUTES_MOST);
  private readonly ends = new Int32Array(ATTRIBUTES_MOST);
  private readonly character = Buffer.alloc(4);

  constructor(private readonly handler: XmlHandler) {}

  push(chunk: Buffer): void {
    if (!this.begun && chunk.length > 0) {
      this.begun = true;
      if (chunk[0] >= 0xfe) throw broken('an encoding other than UTF-8');
    }
    for (let from = 0; from < chunk.length; from += SLICE) {
      const to = Math.min(chunk.length, from + SLICE);
      chunk.copy(this.work, this.held, from, to);
      const end = this.held + to - from;
      const done = this.run(end);
      this.work.copyWithin(0, done, end);
      this.held = end - done;
      if (this.held > TAG_MOST) throw broken('a tag of more than 64 KiB');
    }
  }

  end(): void {
    if (this.held > 0 || this.until) throw fileFault('file-truncated', '工作表内容不完整。', 'The sheet ends in the middle.');
  }

  /** An attribute of the tag being opened, undecoded, by `tagOf` its name; undefined when it has none. */
  attribute(name: number): { bytes: Buffer; start: number; end: number } | undefined {
    for (let i = 0; i < this.attributes; i++) if (this.names[i] === name) return { bytes: this.work, start: this.starts[i], end: this.ends[i] };
    return undefined;
  }

  /** The place of an attribute among those of the tag, -1 when it has none; without making an object, for cells. */
  placeOf(name: number): number {
    for (let i = 0; i < this.attributes; i++) if (this.names[i] === name) return i;
    return -1;
  }

  byteOf(place: number, offset: number): number {
    return this.starts[place] + offset < this.ends[place] ? this.work[this.starts[place] + offset] : -1;
  }

  string(name: number): string | undefined {
    const found = this.attribute(name);
    return found && found.bytes.toString('utf8', found.start, found.end).replace(/&([^;]*);/g, (_, entity: string) => characterOf(entity));
  }

  /** @returns how far everything has been taken */
  private run(end: number): number {
    const { work, handler } = this;
    let at = 0;
    while (at < end) {
      if (this.until) {
        const found = work.indexOf(this.until, at);
        const complete = found >= 0 && found + this.until.length <= end;
        const stop = complete ? found : Math.max(at, end - this.until.length + 1);
        if (this.literal && stop > at) handler.text(work, at, stop);
        if (!complete) return stop;
        at = found + this.until.length;
        this.until = null;
        continue;
      }
      let mark = at;
      while (mark < end && work[mark] !== LESS) mark++;
      if (mark > at) {
        const rest = this.text(at, mark, mark === end);
        if (rest < mark) return rest;
      }
      if (mark === end) return end;
      at = mark;
      const next = work[at + 1];
      if (next === BANG || next === QUESTION || at + 1 === end) {
        const needed = next === BANG ? (work[at + 2] === DASH ? COMMENT.length : CDATA.length) : 2;
        if (end - at < needed) return at;
        this.passage(at);
        at += needed;
        continue;
      }
      const close = this.tagEnd(at + 1, end);
      if (close < 0) return at;
      this.tag(at + 1, close);
      at = close + 1;
    }
    return at;
  }

  private passage(at: number): void {
    const { work } = this;
    this.literal = false;
    if (work[at + 1] === QUESTION) this.until = Buffer.from('?>');
    else if (work.compare(COMMENT, 0, 4, at, at + 4) === 0) this.until = Buffer.from('-->');
    else if (work.compare(CDATA, 0, 9, at, at + 9) === 0) {
      this.until = Buffer.from(']]>');
      this.literal = true;
    } else throw broken('a document type declaration');
  }

  /** Hands over text up to `end`, or, when more is to come, up to an entity cut in two. @returns how far */
  private text(start: number, end: number, more: boolean): number {
    const { work, handler } = this;
    let at = start;
    for (;;) {
      let mark = at;
      while (mark < end && work[mark] !== AMPERSAND) mark++;
      if (mark > at) handler.text(work, at, mark);
      if (mark === end) return end;
      let stop = mark + 1;
      while (stop < end && work[stop] !== SEMICOLON && stop - mark <= ENTITY_MOST) stop++;
      if (stop === end && more) return mark;
      if (stop === end || work[stop] !== SEMICOLON) throw broken('an entity without an end');
      const length = this.character.write(characterOf(work.toString('latin1', mark + 1, stop)), 'utf8');
      handler.text(this.character, 0, length);
      at = stop + 1;
    }
  }

  private tagEnd(from: number, end: number): number {
    const { work } = this;
    let quote = 0;
    for (let at = from; at < end; at++) {
      const c = work[at];
      if (quote !== 0) {
        if (c === quote) quote = 0;
      } else if (c === GREATER) return at;
      else if (c === DOUBLE || c === SINGLE) quote = c;
    }
    return -1;
  }

  private tag(from: number, to: number): void {
    const { work, handler } = this;
    const closing = work[from] === SLASH;
    let at = closing ? from + 1 : from;
    let hash = 0;
    for (; at < to; at++) {
      const c = work[at];
      if (c <= 32 || c === SLASH) break;
      hash = c === COLON ? 0 : (Math.imul(hash, 31) + c) | 0;
    }
    if (closing) return handler.close(hash);
    const empty = work[to - 1] === SLASH;
    this.readAttributes(at, empty ? to - 1 : to);
    handler.open(hash, this);
    if (empty) handler.close(hash);
  }

  private readAttributes(from: number, to: number): void {
    const { work, names, starts, ends } = this;
    let count = 0;
    let at = from;
    while (at < to && count < ATTRIBUTES_MOST) {
      while (at < to && work[at] <= 32) at++;
      let hash = 0;
      for (; at < to && work[at] !== EQUALS && work[at] > 32; at++) hash = work[at] === COLON ? 0 : (Math.imul(hash, 31) + work[at]) | 0;
      while (at < to && (work[at] <= 32 || work[at] === EQUALS)) at++;
      if (at >= to) break;
      const quote = work[at];
      if (quote !== DOUBLE && quote !== SINGLE) throw broken('an attribute without quotes');
      const start = ++at;
      while (at < to && work[at] !== quote) at++;
      names[count] = hash;
      starts[count] = start;
      ends[count] = at;
      count++;
      at++;
    }
    this.attributes = count;
  }
}

function characterOf(entity: string): string {
  const named = NAMED.get(entity);
  if (named) return named;
  const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(entity);
  const point = number ? Number.parseInt(number[1] ?? number[2], number[1] ? 16 : 10) : 0;
  if (point === 0 || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw broken('an entity that is not one of XML\'s own');
  return String.fromCodePoint(point);
}

function broken(what: string): Error {
  return fileFault('file-format', '工作簿的 XML 不合规。', `The workbook's XML cannot be read: it has ${what}.`);
}
