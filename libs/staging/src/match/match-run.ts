import type { Database } from '#database';
import type { FeedContract, HashSet } from '#feeds';
import { killPoint, type Lease, type RunCounts, type StepCount } from '#runs';
import type { DeliveryReader } from '../scan/delivery-reader.js';
import { copyUnseen } from '../scan/known-rows.js';
import type { StagedSql } from '../table/staged-sql.js';

interface Match { counts: RunCounts; currentRows: number; lacking: number }

/**
 * Finds what a staged delivery changes, by source key, in one transaction, and counts it. What it writes is
 * private to the run, and a repetition after a crash begins with the fence and ends in the same rows.
 * @returns `lacking`: records a full delivery does not name, those it may hold in rows without a key taken off
 */
export async function matchRun(o: {
  database: Database; lease: Lease; sql: StagedSql; contract: FeedContract; first: boolean; full: boolean;
  known: HashSet | null; delivery: DeliveryReader; steps: StepCount[];
}): Promise<Match> {
  const { sql, lease, delivery } = o;
  const { read, duplicate, rejected, unchanged, staged } = delivery.counts;
  const counts: RunCounts = { read, duplicate, rejected, unchanged, added: 0, changed: 0, removed: 0, held: 0 };
  if (o.first) {
    // Nothing was there before: what is staged is new, what a delta removes was never here.
    counts.added = staged;
    counts.unchanged += delivery.counts.removals;
    return { counts, currentRows: 0, lacking: 0 };
  }
  const client = await o.database.pool('staging').connect();
  let broken: Error | undefined;
  const start = performance.now();
  try {
    const fill = (name: string) => sql.fill(import.meta.dirname, name, lease.run);
    await client.query('begin');
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    await client.query('delete from staging.change where run = $1', [lease.run]);
    await client.query('select staging.analyze_run_table($1, $2)', [sql.feed, lease.run]);
    if (o.contract.stamp !== undefined && !o.full) await client.query(fill('stale'));
    let lacking = 0;
    if (o.full && o.known !== null) {
      const forget = () => client.query('delete from staging.removal where run = $1 and row_no is null', [lease.run]);
      await forget();
      if (await copyUnseen(client, o.known) > 0) lacking = Math.max(0, (await client.query(fill('gone'))).rowCount! - delivery.keyless);
      // A row whose very key could not be read may be one of those that seem to be gone: nothing is inferred then.
      if (delivery.keyless > 0) await forget();
    }
    const changes = await client.query(fill('change'));
    killPoint('stage.matching', lease.run);
    await client.query('commit');
    await client.query('select staging.count_changes()');
    const { rows: [said] } = await client.query(
      `select count(distinct r.source_key) as records from staging.removal r join staging.change k on k.run = r.run and k.source_key = r.source_key
       where r.run = $1 and r.row_no is not null`, [lease.run]);
    const { rows: [by] } = await client.query(fill(o.contract.roles.length > 1 ? 'count_roles' : 'count'));
    counts.added = Number(by.added);
    counts.removed = Number(by.removed);
    // A delta's deletions are rows that were read: they count as changed, and as removed beside.
    counts.changed = Number(by.changed) + Number(said.records);
    counts.unchanged = read - duplicate - rejected - counts.added - counts.changed;
    o.steps.push({ step: 'match', relation: 'change', rows: changes.rowCount ?? 0, ms: performance.now() - start });
    return { counts, currentRows: o.known?.size ?? 0, lacking };
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => { broken = cause; });
    throw error;
  } finally {
    client.release(broken);
  }
}
