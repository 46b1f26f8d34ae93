const QUOTE = 34;

/**
 * Some cells of a row as strings. A row is made a string once and cut: much cheaper than one call out of JavaScript a
 * cell. Spaces around what is not quoted go, what is quoted stays as it is.
 */
export class RowText {
  /** The asked places in ascending order, each with where its value goes. */
  private readonly order: { place: number; to: number }[];

  constructor(private readonly places: readonly number[]) {
    this.order = places.map((place, to) => ({ place, to })).sort((a, b) => a.place - b.place);
  }

  /** Cell i is `bytes[starts[i] .. ends[i])`, UTF-8; one with doubled quotes stands outside `rawStart..rawEnd`. */
  read(bytes: Buffer, starts: Int32Array, ends: Int32Array, rawStart: number, rawEnd: number): string[] {
    const row = bytes.toString('utf8', rawStart, rawEnd);
    // As many characters as bytes: all of them one byte long.
    const plain = row.length === rawEnd - rawStart;
    const values = new Array<string>(this.places.length);
    let at = rawStart;
    let unit = 0;
    for (const { place, to } of this.order) {
      const start = starts[place];
      const end = ends[place];
      if (start < rawStart || end > rawEnd) {
        values[to] = bytes.toString('utf8', start, end);
        continue;
      }
      let text: string;
      if (plain) {
        text = row.slice(start - rawStart, end - rawStart);
      } else {
        // A place asked for twice begins before where its first reading ended.
        if (start < at) {
          at = rawStart;
          unit = 0;
        }
        unit += units(bytes, at, start);
        const length = units(bytes, start, end);
        text = row.slice(unit, unit + length);
        unit += length;
        at = end;
      }
      values[to] = start > rawStart && bytes[start - 1] === QUOTE ? text : trimmed(text);
    }
    return values;
  }
}

/** UTF-16 units of the characters in some UTF-8 bytes. */
function units(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if ((byte & 0xc0) !== 0x80) count += byte >= 0xf0 ? 2 : 1;
  }
  return count;
}

/** Written with a space behind the separator, a quoted value comes with its quotes on. */
function trimmed(text: string): string {
  const value = text.trim();
  if (value.length === text.length || value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replaceAll('""', '"');
}
