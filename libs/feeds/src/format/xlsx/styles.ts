import { tagOf, type XmlHandler, type XmlScan } from './xml-scan.js';

/** How a number is shown: as it is, or as a date of this much detail. */
export type Shown = 'number' | 'month' | 'date' | 'stamp';

const [NUM_FMT, CELL_XFS, XF, ID, CODE] = ['numFmt', 'cellXfs', 'xf', 'numFmtId', 'formatCode'].map(tagOf);
/** Formats every workbook has (ECMA-376 Part 1, 18.8.30), with the Chinese ones; those of time alone are numbers. */
const BUILT_IN = new Map<number, Shown>([
  ...[14, 15, 16, 28, 29, 30, 31, 51, 53, 54, 58].map((id) => [id, 'date'] as const),
  ...[17, 27, 36, 50, 52, 57].map((id) => [id, 'month'] as const),
  [22, 'stamp'],
]);

/** Which cell styles show a number as a date. */
export class Styles implements XmlHandler {
  /** By the number a cell's `s` gives. */
  readonly cells: Shown[] = [];
  private readonly own = new Map<number, Shown>();
  private inCells = false;

  open(tag: number, scan: XmlScan): void {
    if (tag === CELL_XFS) this.inCells = true;
    else if (tag === NUM_FMT) this.own.set(Number(scan.string(ID)), shownBy(scan.string(CODE) ?? ''));
    else if (tag === XF && this.inCells) {
      const id = Number(scan.string(ID) ?? 0);
      this.cells.push(this.own.get(id) ?? BUILT_IN.get(id) ?? 'number');
    }
  }

  close(tag: number): void {
    if (tag === CELL_XFS) this.inCells = false;
  }

  text(): void {
    // Styles have none.
  }
}

/** What a format code shows, from its first section, without quoted text, escapes, colours and locales. */
export function shownBy(code: string): Shown {
  const [bare] = code.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[[^\]]*\]/g, '').toLowerCase().split(';');
  if (!bare.includes('y')) return bare.includes('d') && bare.includes('m') ? 'date' : 'number';
  if (/[hs]/.test(bare)) return 'stamp';
  return bare.includes('d') ? 'date' : bare.includes('m') ? 'month' : 'number';
}

/**
 * A day number as spreadsheets count them, in the wire form of dates: YYYYMM, YYYYMMDD, YYYYMMDDHHMMSS; undefined when
 * it is no day. Counted from 1900 the 29th of February 1900 exists (day 60), as in every spreadsheet.
 */
export function dayText(serial: number, shown: Exclude<Shown, 'number'>, from1904: boolean): string | undefined {
  const seconds = Math.round(serial * 86_400);
  let day = Math.floor(seconds / 86_400);
  if (from1904) day += 1462;
  if (!(day >= 1) || day > 2_958_465) return undefined;
  const date = new Date(Date.UTC(1899, 11, day < 60 ? 31 : 30) + day * 86_400_000);
  const text = day === 60 ? '19000229' : date.toISOString().slice(0, 10).replaceAll('-', '');
  if (shown === 'month') return text.slice(0, 6);
  if (shown === 'date') return text;
  const rest = seconds - Math.floor(seconds / 86_400) * 86_400;
  return text + [rest / 3600, (rest / 60) % 60, rest % 60].map((part) => String(Math.floor(part)).padStart(2, '0')).join('');
}
