import { copyIn, identifier } from '#database';
import type { ClientBase } from 'pg';
import type { Derived, Model, Side } from '../model/model.js';
import { columnsOf } from '../model/model.js';
import { NORMALISERS } from '../normalise/normalisers.js';
import { OWN_COLUMNS } from '../model/read-model.js';
import { parsed } from './check-conditions.js';

/** Rows of a file as the engine takes them: the asked columns, in the asked order. */
export interface Records { columns: readonly string[]; rows(columns: readonly string[]): AsyncIterable<string[][]> }

interface Plan { from: string[]; columns: { name: string; type: string }[]; into(row: readonly string[], out: (string | null)[]): void }

/** Which columns of a file are read, and what is made of them. */
function planOf(model: Model, side: Side, of: 'left' | 'right'): Plan {
  const from: string[] = [];
  const place = (column: string): number => {
    const at = from.indexOf(column);
    return at >= 0 ? at : from.push(column) - 1;
  };
  const own = [side.id, side.source, side.household].map((column) => (column === null ? null : place(column)));
  const fields = model.fields.map((field) => ({ places: field[of].map(place), normaliser: NORMALISERS[field.as]!(field.options), field }));
  const columns = [
    ...OWN_COLUMNS.map((name) => ({ name, type: name === 'n' ? 'int4' : 'text collate "C"' })),
    ...fields.flatMap(({ field, normaliser }) => normaliser.columns.map((suffix) => ({ name: `${field.name}${suffix}`, type: normaliser.dates?.includes(suffix) ? 'date' : 'text collate "C"' }))),
  ];
  return {
    from, columns,
    into(row, out) {
      own.forEach((at, nth) => { out[1 + nth] = at === null ? null : row[at] || null; });
      let to = OWN_COLUMNS.length;
      for (const { places, normaliser } of fields) {
        if (places.length === 0) out.fill(null, to, to + normaliser.columns.length);
        else normaliser.into(places.map((at) => row[at]), out, to);
        to += normaliser.columns.length;
      }
    },
  };
}

/** Normalises a file into a table of its own; n counts its rows from 1. @returns how many */
export async function loadRecords(client: ClientBase, table: 'left_record' | 'right_record', model: Model, records: Records): Promise<number> {
  const of = table === 'left_record' ? 'left' : 'right';
  const plan = planOf(model, model[of], of);
  await client.query(`create unlogged table ${table} (${plan.columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')})`);
  const copy = copyIn(client, `copy ${table} from stdin`);
  const failed = new Promise<never>((_, reject) => copy.once('error', reject));
  failed.catch(() => undefined);
  const out = new Array<string | null>(plan.columns.length);
  let n = 0;
  try {
    for await (const rows of records.rows(plan.from)) {
      let text = '';
      for (const row of rows) {
        plan.into(row, out);
        text += String(++n);
        for (let at = 1; at < out.length; at++) text += `\t${copied(out[at])}`;
        text += '\n';
      }
      if (!copy.write(text)) await Promise.race([failed, new Promise((done) => copy.once('drain', done))]);
    }
    await Promise.race([failed, new Promise<void>((done) => copy.end(done))]);
  } catch (error) {
    copy.destroy();
    throw error;
  }
  return n;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** A value as COPY takes it. */
function copied(value: string | null | undefined): string {
  if (value === null || value === undefined) return '\\N';
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (one) => ESCAPES[one]!) : value;
}

/** Adds the columns a model makes from others, one seeing those before it; each side is written anew once, whatever their number. Throws HubError HUSHU-LINKAGE-03. */
export async function deriveColumns(client: ClientBase, model: Model): Promise<void> {
  const from = { left: 'left_record', right: 'right_record' };
  for (const { column, for: side, take, on } of model.derived) {
    const s = side === 'left' ? 'l' : 'r';
    const both = `${from.left} l join ${from.right} r on ${on}`;
    await parsed(client, `derive.${column}`, `select ${take} from ${on === null ? `${from[side]} ${s}` : both}`);
    from[side] = on === null ? `(select ${s}.*, (${take}) as ${identifier(column)} from ${from[side]} ${s})`
      : `(select ${s}.*, d.${identifier(column)} from ${from[side]} ${s} left join (select ${s}.n, ${take} as ${identifier(column)} from ${both} group by ${s}.n) d on d.n = ${s}.n)`;
  }
  for (const side of ['left', 'right'] as const) {
    if (from[side] === `${side}_record`) continue;
    await client.query(`create unlogged table ${side}_derived as select * from ${from[side]} x`);
  }
  for (const side of ['left', 'right'] as const) {
    if (from[side] === `${side}_record`) continue;
    await client.query(`drop table ${side}_record`);
    await client.query(`alter table ${side}_derived rename to ${side}_record`);
  }
}

/** The right side's records as if the left side had sent them: what can be made of a record alone is made again, what needs the other side is nothing. */
export function asLeft(model: Model): string {
  const derived = model.derived.filter((one) => one.for === 'left');
  const named = (one: Derived): string => `${one.on === null ? `(${one.take})` : 'null::text'} as ${identifier(one.column)}`;
  return derived.reduce((from, one) => `(select l.*, ${named(one)} from ${from} l)`, `(select ${commonColumns(model).join(', ')} from right_record)`);
}

/** Columns that both sides have. */
export function commonColumns(model: Model): string[] {
  return [...OWN_COLUMNS, ...model.fields.flatMap(({ name, as, options }) => columnsOf(name, NORMALISERS[as]!(options).columns))].map((name) => identifier(name));
}
