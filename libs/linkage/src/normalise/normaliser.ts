import type { AddressPlaces } from '#kernel';

/** One way to normalise; built once, called for each record. */
export interface Normaliser {
  /** What is put behind the field's name for each column it yields; '' is the field itself. All columns are text in PostgreSQL but those named in `dates`. */
  readonly columns: readonly string[];
  readonly dates?: readonly string[];
  /** Writes columns.length values into `out` from `at` on. `row` are the raw values of the field's source columns ('' and undefined: nothing). null: nothing to compare. */
  into(row: readonly (string | undefined)[], out: (string | null)[], at: number): void;
}

/** What a model file may say of a kind; which kind takes which is in NORMALISER_INPUT. */
export interface NormaliserOptions {
  /** citizen-id: values of the second source column that name another kind of document. */
  readonly kinds?: readonly string[];
  /** address-cn: names of the province, city and district, outermost first; their short forms follow from them. */
  readonly drop?: readonly string[];
  /** address-cn: code of each township by its full name. */
  readonly towns?: Readonly<Record<string, string>>;
  /** address-cn: a whole list of divisions, compiled; stands in place of `drop` and `towns`. */
  readonly places?: AddressPlaces;
}

/** What a value says, one for each column; null: nothing at all. */
export type Reading = readonly (string | null)[] | null;

/** A normaliser whose columns follow from one text; several source columns are joined by a space. `remember`: how many texts' readings to keep at least. */
export function ofText(columns: readonly string[], read: (text: string) => Reading, remember = 0): Normaliser {
  const recall = remember > 0 ? remembering(read, remember) : read;
  return {
    columns,
    into(row, out, at) {
      const text = row.length === 1 ? row[0] ?? '' : row.filter((value) => value !== undefined && value !== '').join(' ');
      write(text === '' ? null : recall(text), out, at, columns.length);
    },
  };
}

export function write(reading: Reading, out: (string | null)[], at: number, length: number): void {
  for (let i = 0; i < length; i++) out[at + i] = reading?.[i] ?? null;
}

/** A longer text cut out of a file's keeps the whole piece of the file in memory. */
const SHORT = 12;

/** Keeps the readings of the last `size` to twice as many short texts: when the younger half is full, the older one goes. */
function remembering(read: (text: string) => Reading, size: number): (text: string) => Reading {
  let young = new Map<string, Reading>(), old = young;
  return (text) => {
    if (text.length > SHORT) return read(text);
    let reading = young.get(text);
    if (reading !== undefined) return reading;
    reading = old.get(text);
    if (reading === undefined) reading = read(text);
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(text, reading);
    return reading;
  };
}

/** Repeats a folding until it changes nothing, so that what is folded twice is folded once. */
export function settled(fold: (s: string) => string, s: string): string {
  let folded = fold(s);
  for (let i = 0; i < 8; i++) {
    const again = fold(folded);
    if (again === folded) break;
    folded = again;
  }
  return folded;
}
