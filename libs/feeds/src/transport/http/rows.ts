const [QUOTE, BACKSLASH, OPEN, CLOSE, LIST, LIST_END, COMMA, COLON, NEWLINE, SPACE] = [...Buffer.from('"\\{}[],:\n ')];

/** What the bytes of a page hold; `at` counts from 1. */
export type Cut =
  /** `rest`: the page with an empty list in the rows' place; `lines`: a row a line, in the page's own bytes, which are written over. */
  | { found: 'rows'; rest: string; lines: Buffer; rows: number }
  | { found: 'no list' } | { found: 'no rows' } | { found: 'no object'; at: number };

/**
 * Takes the rows of a page out of it as they were written: parsing each value and writing it again costs more than all
 * that is done with a row until it is sealed, and a long number would lose digits. Only where a row begins and ends is
 * looked at; whether it is one, the format reader judges row by row.
 */
export function cutRows(bytes: Buffer, path: readonly string[]): Cut {
  const scan = new Scan(bytes);
  const start = scan.list(path);
  if (start < 0) return { found: 'no list' };
  const end = scan.skip(start);
  if (end < 0) return { found: 'no rows' };
  const rest = `${bytes.toString('utf8', 0, start)}[]${bytes.toString('utf8', end)}`;
  let [at, to, rows] = [scan.blank(start + 1), start, 0];
  while (at < end - 1) {
    if (bytes[at] !== OPEN) return { found: 'no object', at: rows + 1 };
    const close = scan.skip(at, true);
    if (close < 0) return { found: 'no rows' };
    bytes.copyWithin(to, at, close);
    to += close - at;
    rows++;
    at = scan.blank(close);
    // One comma between two rows, none after the last.
    const more = bytes[at] === COMMA;
    if (more) at = scan.blank(at + 1);
    if (more === (at === end - 1)) return { found: 'no rows' };
    bytes[to++] = NEWLINE;
  }
  return { found: 'rows', rest, lines: bytes.subarray(start, to), rows };
}

/** Finds its way through JSON by its brackets and strings. */
class Scan {
  constructor(private readonly bytes: Buffer) {}

  /** Where the list at that place begins; -1 when there is none. */
  list(path: readonly string[]): number {
    const { bytes } = this;
    let depth = 0;
    let at = this.blank(0);
    if (bytes[at] !== OPEN) return -1;
    at = this.blank(at + 1);
    while (bytes[at] === QUOTE) {
      const end = this.string(at);
      if (end < 0) return -1;
      const colon = this.blank(end);
      if (bytes[colon] !== COLON) return -1;
      const value = this.blank(colon + 1);
      if (nameOf(bytes.toString('utf8', at, end)) === path[depth]) {
        if (depth === path.length - 1) return bytes[value] === LIST ? value : -1;
        if (bytes[value] !== OPEN) return -1;
        depth++;
        at = this.blank(value + 1);
        continue;
      }
      const next = this.skip(value);
      if (next < 0) return -1;
      at = this.blank(next);
      if (bytes[at] !== COMMA) return -1;
      at = this.blank(at + 1);
    }
    return -1;
  }

  /** Behind the value that begins there; -1 when it does not end. @param oneLine blanks that end a line become spaces */
  skip(from: number, oneLine = false): number {
    const { bytes } = this;
    const { length } = bytes;
    let depth = 0;
    for (let at = from; at < length;) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        at = this.string(at);
        if (at < 0) return -1;
        if (depth === 0) return at;
        continue;
      }
      if (byte === OPEN || byte === LIST) depth++;
      else if (byte === CLOSE || byte === LIST_END) {
        if (depth === 0) return at;
        if (--depth === 0) return at + 1;
      } else if (byte === COMMA && depth === 0) return at;
      else if (oneLine && byte < SPACE) bytes[at] = SPACE;
      at++;
    }
    return -1;
  }

  /** The next byte that is no blank. */
  blank(from: number): number {
    const { bytes } = this;
    let at = from;
    while (bytes[at] === 32 || (bytes[at] >= 9 && bytes[at] <= 13)) at++;
    return at;
  }

  /** Behind the string that begins there; -1 when it does not end or holds what no string may. */
  private string(from: number): number {
    const { bytes } = this;
    const { length } = bytes;
    for (let at = from + 1; at < length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at++;
      else if (byte < SPACE) return -1;
    }
    return -1;
  }
}

function nameOf(quoted: string): string | null {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return null;
  }
}
