import { identifier, loadSql } from '#database';
import { feedRelation, type FeedContract } from '#feeds';
import type { DriftKind, DriftLook, Run, Sighting } from '#runs';
import type { ClientBase } from 'pg';
import { JUMP, type Measure } from './judge.js';
import { placesOf } from './places.js';
import { FEWEST_ROWS, stabilityOf, sumOf, type Shares } from './population-stability.js';

/** Deliveries of changes that one is compared with, taken together; of whole ones the last. */
const DELTAS = 5;
/** Codes told of a shift, those that moved most first. */
const MOST_CODES = 10;

interface Known { kind: DriftKind; field: string; state: string; firstRun: number; detail: { before?: number } }

/** How many rows of a delivery hold a value in a column. */
export interface Brought { field: string; good: number; total: number }

/** Jumps after a run, against what was normal before: columns that suddenly empty, codes that suddenly come in other shares. */
export async function lookForJumps(client: ClientBase, contract: FeedContract, run: Run, measures: readonly Measure[], brought: readonly Brought[] | null): Promise<DriftLook> {
  const { rows: known } = await client.query<Known>(loadSql(import.meta.dirname, 'jump'), [contract.feed, run.id]);
  const of = (kind: DriftKind, field: string, accepted: boolean): Known | undefined => known.find((one) => one.kind === kind && one.field === field && (one.state === 'accepted') === accepted);
  const sightings: Sighting[] = [];
  const judged: DriftLook['judged'] = [];
  const since = (kind: DriftKind, field: string): [number, number] => [of(kind, field, true)?.firstRun ?? 0, Math.min(run.id, of(kind, field, false)?.firstRun ?? run.id)];
  const filled = brought === null ? wholes(measures) : await deltas(client, contract, run, brought, since);
  for (const { field, good, total, before } of filled) {
    // While nobody has said otherwise, what was before the jump is the normal.
    const [normal, value] = [of('null-rate', field, false)?.detail.before ?? before, good / total];
    judged.push({ kind: 'null-rate', field });
    if (normal - value > JUMP) sightings.push({ kind: 'null-rate', field, subject: '', rows: total - good, detail: { before: rounded(normal), now: rounded(value), limit: JUMP } });
  }
  for (const [field, now] of await countCodes(client, contract, run)) {
    const { rows } = await client.query<{ code: string; rows: number }>(loadSql(import.meta.dirname, 'share_before'), [contract.feed, field, ...since('distribution', field), run.mode === 'full' ? 1 : DELTAS]);
    const before = new Map(rows.map(({ code, rows: n }) => [code, n]));
    const found = stabilityOf(before, now);
    if (found === null) continue;
    judged.push({ kind: 'distribution', field });
    if (found.shifted) sightings.push({ kind: 'distribution', field, subject: '', rows: sumOf(now), detail: { psi: rounded(found.psi), limit: rounded(found.limit), codes: moved(before, now) } });
  }
  return { sightings, judged };
}

/** What holds after a whole delivery, against what held after the one before. */
function wholes(measures: readonly Measure[]): (Brought & { before: number })[] {
  return measures.flatMap(({ dimension, field, good, total, before }) => (dimension !== 'completeness' || before === null || total === 0 ? [] : [{ field, good, total, before }]));
}

/** What a delta brought, against those before it; they are kept for those after it. */
async function deltas(client: ClientBase, contract: FeedContract, run: Run, brought: readonly Brought[], since: (kind: DriftKind, field: string) => [number, number]): Promise<(Brought & { before: number })[]> {
  const found: (Brought & { before: number })[] = [];
  for (const one of brought) {
    if (one.total < FEWEST_ROWS) continue;
    const { rows: [before] } = await client.query<{ good: number; total: number }>(loadSql(import.meta.dirname, 'brought_before'), [contract.feed, one.field, ...since('null-rate', one.field), DELTAS]);
    if (before!.total >= FEWEST_ROWS) found.push({ ...one, before: before!.good / before!.total });
  }
  await client.query(loadSql(import.meta.dirname, 'brought'), [contract.feed, run.id, brought.map(({ field }) => field), brought.map(({ good }) => good), brought.map(({ total }) => total)]);
  return found;
}

/** Counts each code of each column of codes, by one reading of the rows, and keeps it. */
async function countCodes(client: ClientBase, contract: FeedContract, run: Run): Promise<Map<string, Shares>> {
  const places = placesOf(contract).filter(({ column }) => contract.fields.some((field) => field.column === column && field.type === 'code'));
  if (places.length === 0) return new Map();
  const [first, ...others] = [...new Set(places.map(({ role }) => role))];
  const roles = first === null || first === undefined ? '' : ` role in (${[first, ...others].join(', ')})`;
  const names = places.map(({ staged, role }, i) => `${role === null ? identifier(staged) : `case when role = ${role} then ${identifier(staged)} end`} as code_${i}`);
  const where = [...(roles === '' ? [] : [roles]), ...(run.mode === 'delta' ? [`run = ${run.id}`] : [])];
  const columns = places.map((_, i) => `code_${i}`);
  const { rows } = await client.query<{ field: number; code: string; rows: string }>(
    `select case ${columns.map((column, i) => `when grouping(${column}) = 0 then ${i}`).join(' ')} end as field, coalesce(${columns.join(', ')}) as code, count(*) as rows
     from (select ${names.join(', ')} from ${identifier('staging', feedRelation(contract.feed))}${where.length === 0 ? '' : ` where ${where.join(' and ')}`}) c
     group by grouping sets (${columns.map((column) => `(${column})`).join(', ')})`);
  const counted = new Map<string, Map<string, number>>(places.map(({ column }) => [column, new Map<string, number>()]));
  const kept = rows.filter(({ code }) => code !== null);
  for (const { field, code, rows: n } of kept) counted.get(places[field]!.column)!.set(code, Number(n));
  await client.query(loadSql(import.meta.dirname, 'share'), [contract.feed, run.id, kept.map(({ field }) => places[field]!.column), kept.map(({ code }) => code), kept.map((row) => row.rows)]);
  return counted;
}

function moved(before: Shares, now: Shares): Record<string, { before: number; now: number }> {
  const [m, n] = [sumOf(before), sumOf(now)];
  const shares = [...new Set([...before.keys(), ...now.keys()])].map((code) => [code, { before: rounded((before.get(code) ?? 0) / m), now: rounded((now.get(code) ?? 0) / n) }] as const);
  return Object.fromEntries(shares.sort(([, a], [, b]) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before)).slice(0, MOST_CODES));
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
