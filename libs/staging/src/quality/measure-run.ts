import { identifier, loadSql, type Database } from '#database';
import { feedRelation, type FeedContract } from '#feeds';
import { noteDrift, type Run } from '#runs';
import { judge, type Counted, type Measure } from './judge.js';
import { lookForJumps, type Brought } from './jumps.js';
import { placesOf } from './places.js';

const HOUR = 3_600_000;
/** Warnings that say two columns contradict each other, or a column the number it belongs to. */
const CONTRADICTIONS = /^(.*):(birth-date-differs|sex-differs)$/;

/**
 * Measures a feed as it stands after `run` was published, and keeps it. The rows are read once, off the publish
 * transaction: what another run publishes in between is measured with it. Measured twice, the first stands.
 */
export async function measureRun(database: Database, contract: FeedContract, run: Run): Promise<Measure[]> {
  return database.transaction('staging', async (client) => {
    const { rows: rejects } = await client.query<{ field: string | null; rows: string; contested: string }>(loadSql(`${import.meta.dirname}`, 'reject_count'), [run.id]);
    const { rows: [filled] } = await client.query<Record<string, string>>(filledSql(contract, run));
    const counted: Counted[] = [
      ...completeness(contract, filled!),
      ...validity(contract, run, new Map(rejects.map(({ field, rows }) => [field ?? '', Number(rows)]))),
      uniqueness(run, rejects.reduce((sum, { contested }) => sum + Number(contested), 0)),
      ...consistency(contract, run),
      timeliness(contract, run),
    ];
    const { rows: standing } = await client.query<{ dimension: string; field: string; value: number }>(loadSql(import.meta.dirname, 'measure_before'), [contract.feed, run.id]);
    const before = new Map(standing.map(({ dimension, field, value }) => [`${dimension} ${field}`, value]));
    const measures = counted.map((one) => judge(contract, one, before.get(`${one.dimension} ${one.field}`) ?? null));
    const column = <K extends keyof Measure>(name: K) => measures.map((measure) => measure[name]);
    await client.query(loadSql(import.meta.dirname, 'measure'), [
      contract.feed, run.id, column('dimension'), column('field'), column('good'), column('total'), column('value'), column('before'), column('level'), column('because')]);
    // A late delivery, or one of rejects driven again, says nothing of how its supplier delivers now.
    if (!run.replayed && run.redrive === null) await noteDrift(client, contract.feed, run.id, await lookForJumps(client, contract, run, measures, brought(contract, run, filled!)));
    return measures;
  });
}

/** Newest published runs that a worker died before measuring. */
export async function listUnmeasured(database: Database): Promise<number[]> {
  const { rows } = await database.pool('staging').query<{ run: number }>(loadSql(import.meta.dirname, 'unmeasured'));
  return rows.map(({ run }) => run);
}

function filledSql(contract: FeedContract, run: Run): string {
  const counts = placesOf(contract).flatMap(({ staged, role }, i) => {
    const ofRole = role === null ? '' : ` filter (where role = ${role})`;
    const ofRun = ` filter (where run = ${run.id}${role === null ? '' : ` and role = ${role}`})`;
    return [
      `count(${identifier(staged)})${ofRole} as good_${i}`, `count(*)${ofRole} as total_${i}`,
      ...(run.mode === 'full' ? [] : [`count(${identifier(staged)})${ofRun} as brought_good_${i}`, `count(*)${ofRun} as brought_total_${i}`]),
    ];
  });
  return `select ${counts.length === 0 ? '1' : counts.join(', ')} from ${identifier('staging', feedRelation(contract.feed))}`;
}

/** Of the rows a delta brought; a whole delivery is what holds. */
function brought(contract: FeedContract, run: Run, filled: Record<string, string>): Brought[] | null {
  if (run.mode === 'full') return null;
  return placesOf(contract).map(({ column }, i) => ({ field: column, good: Number(filled[`brought_good_${i}`]), total: Number(filled[`brought_total_${i}`]) }));
}

function completeness(contract: FeedContract, filled: Record<string, string>): Counted[] {
  return placesOf(contract).map(({ column }, i) => ({
    dimension: 'completeness', field: column, good: Number(filled[`good_${i}`]), total: Number(filled[`total_${i}`]),
  }));
}

/** Of the rows delivered: those not rejected, as a whole and by the column that was at fault. */
function validity(contract: FeedContract, { counts }: Run, rejected: Map<string, number>): Counted[] {
  const fields = contract.fields.filter(({ column }) => rejected.has(column)).map(({ column }): Counted => ({
    dimension: 'validity', field: column, good: counts.read - rejected.get(column)!, total: counts.read,
  }));
  return [{ dimension: 'validity', field: '', good: counts.read - counts.rejected, total: counts.read }, ...fields];
}

function uniqueness({ counts }: Run, contested: number): Counted {
  return { dimension: 'uniqueness', field: '', good: Math.max(0, counts.read - counts.duplicate - contested), total: counts.read };
}

function consistency(contract: FeedContract, { counts, warnings }: Run): Counted[] {
  if (contract.checks.length === 0) return [];
  const contradicted = new Map<string, number>();
  for (const [name, rows] of Object.entries(warnings)) {
    const column = CONTRADICTIONS.exec(name)?.[1];
    if (column !== undefined) contradicted.set(column, (contradicted.get(column) ?? 0) + rows);
  }
  return [...contradicted].map(([field, rows]) => ({ dimension: 'consistency', field, good: Math.max(0, counts.read - rows), total: counts.read }));
}

/** Hours allowed of hours taken, from the supplier's business time to publication. */
function timeliness(contract: FeedContract, { asOf, endedAt, acceptedAt }: Run): Counted {
  const taken = Math.max(0, Math.ceil(((endedAt ?? acceptedAt).getTime() - asOf.getTime()) / HOUR));
  return { dimension: 'timeliness', field: '', good: contract.freshness.overdueAfterDays * 24, total: taken };
}
