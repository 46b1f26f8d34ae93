import { trimEnd, trimStart, type FeedContract, type FieldContract, type RowReader } from '#feeds';
import { HubError } from '#kernel';
import type { Sighting } from '#runs';
import { columnLikeness, pairUp, shownName } from './likeness.js';

/** Rows looked at before a delivery whose columns are not the contract's is refused. */
const LOOKED_AT = 100;
/** Share of values that must fit a type that tells. */
const FITS = 0.8;
/** Types that nearly any text fits. */
const LAX = new Set<FieldContract['type']>(['text', 'name', 'address']);
const MOST_NAMES = 50;

/** A delivery's header that is not the contract's: which columns are new, missing, renamed. It is judged with the first rows. */
export class StrangeHeader {
  private rows = 0;
  private readonly filled: number[];
  /** By unknown column and missing one: values of the first that could stand in the second. */
  private readonly fits: number[][];

  constructor(
    private readonly contract: FeedContract, private readonly reader: RowReader, private readonly header: readonly string[],
    private readonly missing: readonly string[], private readonly unknown: readonly string[],
  ) {
    this.filled = unknown.map(() => 0);
    this.fits = unknown.map(() => missing.map(() => 0));
  }

  /** @returns true when enough was seen */
  look(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number): boolean {
    if (cells !== this.header.length) return false;
    this.unknown.forEach((column, u) => {
      const cell = this.header.indexOf(column);
      const end = trimEnd(bytes, starts[cell]!, ends[cell]!);
      const start = trimStart(bytes, starts[cell]!, end);
      if (start >= end) return;
      this.filled[u]!++;
      this.missing.forEach((candidate, m) => { if (this.reader.couldHold(candidate, bytes, start, end)) this.fits[u]![m]!++; });
    });
    return ++this.rows >= LOOKED_AT;
  }

  /** Why the delivery is refused; `details.drift` is what it showed. */
  refusal(): HubError {
    if (!this.isHeader()) return noHeader(this.contract, this.header.length);
    const drift = this.sightings();
    const renamed = drift.filter(({ kind }) => kind === 'column-renamed').map(({ field, subject }) => `${field} → ${subject}`);
    const list = (columns: readonly string[], none: string): string => (columns.length === 0 ? none : columns.slice(0, MOST_NAMES).map((column) => this.shown(column)).join(', '));
    return new HubError({
      code: 'HUSHU-STAGING-01', details: { rule: 'file-columns', missing: this.missing, unknown: this.unknown.slice(0, MOST_NAMES).map((column) => this.shown(column)), drift },
      zh: `列与契约不符。缺少: ${list(this.missing, '无')}；多出: ${list(this.unknown, '无')}${renamed.length === 0 ? '' : `；可能是改名: ${renamed.join(', ')}`}`,
      en: `The columns are not the contract's. Missing: ${list(this.missing, 'none')}; unknown: ${list(this.unknown, 'none')}${renamed.length === 0 ? '' : `; perhaps renamed: ${renamed.join(', ')}`}`,
      hintZh: '请供数部门按约定的列名重新交付；若列确已变更，用 hushu drift list 查看并接受或对应，再 hushu run retry，或修改 feed.yaml 后运行 hushu feed apply',
      hintEn: 'Ask the supplier for the agreed columns; if they really changed, see hushu drift list, accept or map, then hushu run retry; or edit feed.yaml and run hushu feed apply',
    });
  }

  private sightings(): Sighting[] {
    const pairs = pairUp(this.unknown.length, this.missing.length, (u, m) => this.likeness(u, m));
    const paired = new Set(pairs.flatMap(({ u, m }) => [`u${u}`, `m${m}`]));
    const of = (m: number): FieldContract => this.contract.fields.find((field) => field.column === this.missing[m])!;
    // An object leaves out what is empty: only what must be there is missed.
    const missed = (m: number): boolean => this.contract.format.kind !== 'ndjson' || of(m).required;
    return [
      ...pairs.map(({ u, m, likeness }): Sighting => ({
        kind: 'column-renamed', field: this.missing[m]!, subject: this.shown(this.unknown[u]!), rows: null,
        detail: { likeness: Math.round(likeness * 100) / 100, position: this.header.indexOf(this.unknown[u]!) + 1, type: of(m).type, required: of(m).required },
      })),
      ...this.missing.flatMap((column, m): Sighting[] => (paired.has(`m${m}`) || !missed(m) ? [] : [
        { kind: 'column-missing', field: column, subject: '', rows: null, detail: { type: of(m).type, required: of(m).required } }])),
      ...this.unknown.flatMap((column, u): Sighting[] => (paired.has(`u${u}`) ? [] : [
        { kind: 'column-new', field: this.shown(column), subject: '', rows: null, detail: { position: this.header.indexOf(column) + 1 } }])),
    ];
  }

  /** By name, place and what stands in it; 0 where its values contradict the type. */
  private likeness(u: number, m: number): number {
    const field = this.contract.fields.find((one) => one.column === this.missing[m])!;
    const delivered = this.unknown[u]!;
    const share = this.filled[u] === 0 ? null : this.fits[u]![m]! / this.filled[u]!;
    if (!LAX.has(field.type) && share !== null && share < FITS) return 0;
    const content = share === null || LAX.has(field.type) ? 0.5 : share;
    return columnLikeness(this.header, delivered, this.contract, field, { content });
  }

  /** A file without a header begins with somebody's values: nothing of them is told. */
  private isHeader(): boolean {
    return (this.contract.fields.length - this.missing.length) * 3 >= this.contract.fields.length;
  }

  private shown(column: string): string {
    return shownName(this.header, column);
  }
}

function noHeader(contract: FeedContract, columns: number): HubError {
  const wanted = contract.fields.map(({ column }) => column);
  return new HubError({
    code: 'HUSHU-STAGING-01', details: { rule: 'file-columns', missing: wanted, unknown: [] },
    zh: `首行的 ${columns} 列几乎都不是契约的列，可能没有表头，或是别的文件。应有: ${wanted.join(', ')}`,
    en: `Of the ${columns} columns of the first line hardly any is the contract's: it has no header, or it is another file. Expected: ${wanted.join(', ')}`,
    hintZh: '请供数部门带表头、按约定的列名重新交付；若供数格式整体改变，修改 feed.yaml 后运行 hushu feed apply',
    hintEn: 'Ask the supplier to deliver with a header and the agreed columns; if the format as a whole has changed, edit feed.yaml and run hushu feed apply',
  });
}
