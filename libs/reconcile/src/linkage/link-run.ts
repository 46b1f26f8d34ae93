import type { Database } from '#database';
import type { FeedContract } from '#feeds';
import type { StepCount } from '#runs';
import type { StagedRun } from '#staging';
import type { ClientBase } from 'pg';
import { fillFile, Steps } from '../apply/steps.js';
import { linkedFeeds } from './linked-feed.js';

/** What a link needs beside its delivery. */
export interface LinkContext {
  signal: AbortSignal;
  /** Shows the lease's token; every transaction begins with it. */
  fence: (client: ClientBase) => Promise<void>;
}

/**
 * Compares a first delivery with the pool and keeps, private to the run, the rows that do not plainly agree
 * with one registered person, and the keys of which more than one row speaks; all others are linked by that and
 * cost nothing more. A delta is small and is decided where it is applied; the spine is the pool.
 */
export async function linkRun(database: Database, s: StagedRun, contracts: FeedContract[], context: LinkContext): Promise<StepCount[]> {
  const feed = linkedFeeds(contracts).feeds.find((one) => one.feed === s.feed);
  if (feed === undefined || !s.first) return [];
  return database.transaction('reconcile', async (client) => {
    await context.fence(client);
    context.signal.throwIfAborted();
    const steps = new Steps(client, s.run);
    // Few rows leave the join, so workers cost less than they bring.
    await client.query(`set local work_mem = '256MB'; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0`);
    await steps.empty(feed.open, 'reconcile.repeated');
    const parts = { ...feed.parts(), rows: s.table, roles: feed.roles.join(', ') };
    if (feed.roles.length > 0) await steps.file('link', import.meta.dirname, 'repeated', parts);
    if (feed.spine) return steps.done;
    context.signal.throwIfAborted();
    await steps.take('link', 'opened', `create temporary table opened on commit drop as ${fillFile(import.meta.dirname, 'open', parts)}`);
    const open = await steps.take('keep', `${feed.relation}_open`, `insert into ${feed.open} select subject_key, source_key, role, registered from opened`);
    await steps.file('link', import.meta.dirname, 'open_once', parts);
    await steps.count(`${feed.relation}_open`, open, 'subject_key');
    context.signal.throwIfAborted();
    return steps.done;
  });
}
