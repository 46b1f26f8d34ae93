import { tellsColumns, type ColumnTally, type FeedContract } from '#feeds';
import type { DriftLook, Sighting } from '#runs';

/** Rules that say a value is not of its column's type, as opposed to being a wrong one of it. */
const OF_TYPE = new Set(['date-shape', 'month-shape', 'stamp-shape', 'number-shape', 'phone-shape', 'document-shape', 'citizen-id-shape', 'name-shape', 'division-unknown']);
/** Fewer values than this say nothing of a type. */
const FEWEST = 5;
/** A code in so many rows, or in so large a share of them, is no slip of one hand. */
const FEWEST_ROWS = 3;
const LEAST_SHARE = 0.05;
/** More different ones are no codes. */
const MOST_CODES = 20;
/** What can only be a code: a letter or two, or something short with a digit in it. */
const CODE = /^[A-Za-z]{1,2}$|^(?=.*\d)[0-9A-Za-z._-]{1,6}$/;
/** What is a code if it comes again and again: a word. */
const WORD = /^[\p{L}\p{N}._-]{1,8}$/u;
const OFTEN = 3;

/**
 * What the values of a delivery show: columns most of whose values are not of their type, codes nobody mapped.
 * @param known rows that hold as they are and were not looked into: their values are sound
 */
export function columnLook(contract: FeedContract, tallies: readonly ColumnTally[], known: number): DriftLook {
  const fields = new Map(contract.fields.map((field) => [field.column, field]));
  const look: DriftLook = { sightings: [], judged: [] };
  // Where the source itself is looked at, a delivery holds what was asked for and says nothing of its columns.
  if (!tellsColumns(contract)) look.judged.push(...(['column-new', 'column-missing', 'column-renamed'] as const).map((kind) => ({ kind, field: null })));
  for (const tally of tallies) {
    const field = fields.get(tally.column)!;
    const whole = tally.filled + known;
    if (whole === 0) continue;
    if (whole >= FEWEST) look.judged.push({ kind: 'column-retyped', field: tally.column });
    const broken = [...tally.broken].filter(([rule]) => OF_TYPE.has(rule));
    const rows = broken.reduce((sum, [, n]) => sum + n, 0);
    if (rows >= FEWEST && rows * 2 > whole) {
      look.sightings.push({ kind: 'column-retyped', field: tally.column, subject: '', rows, detail: { type: field.type, required: field.required, values: whole, broken: Object.fromEntries(broken) } });
    }
    if (field.type !== 'code') continue;
    look.judged.push({ kind: 'code-new', field: tally.column });
    look.sightings.push(...newCodes(tally, whole, { list: field.codes, onFail: field.on_fail }));
  }
  return look;
}

/** An entry a code where it is one beyond doubt, else one for all that stand in the column: it may hold people's words. */
function newCodes({ column, broken, unmapped }: ColumnTally, whole: number, detail: Record<string, unknown>): Sighting[] {
  const all = broken.get('code-unmapped') ?? 0;
  const told = (rows: number): boolean => rows >= FEWEST_ROWS || rows >= whole * LEAST_SHARE;
  const few = unmapped !== null && unmapped.size <= MOST_CODES;
  const shown = few ? [...unmapped].filter(([code, rows]) => CODE.test(code) || (WORD.test(code) && rows >= OFTEN)) : [];
  const hidden = all - shown.reduce((sum, [, rows]) => sum + rows, 0);
  return [
    ...shown.filter(([, rows]) => told(rows)).map(([code, rows]): Sighting => ({ kind: 'code-new', field: column, subject: code, rows, detail: { ...detail, values: whole } })),
    ...(hidden > 0 && told(hidden) ? [{ kind: 'code-new', field: column, subject: '', rows: hidden, detail: { ...detail, values: whole, different: unmapped === null ? null : unmapped.size - shown.length } } satisfies Sighting] : []),
  ];
}
