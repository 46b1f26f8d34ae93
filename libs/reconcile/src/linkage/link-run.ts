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
 * with one registered person; all others are linked by that and cost nothing more. A delta is small and is
 * decided where it is applied; so is the spine, which is the pool.
 */
export async function linkRun(database: Database, s: StagedRun, contracts: FeedContract[], context: LinkContext): Promise<StepCount[]> {
  const feed = linkedFeeds(contracts).feeds.find((one) => one.feed === s.feed);
  if (feed === undefined || feed.spine || !s.first) return [];
  return database.transaction('reconcile', async (client) => {
    await context.fence(client);
    context.signal.throwIfAborted();
    const steps = new Steps(client, s.run);
    // Few rows leave the join, so workers cost less than they bring.
    await client.query(`set local work_mem = '256MB'; set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0`);
    await steps.empty(feed.open);
    const parts = { ...feed.parts(), rows: s.table };
    await client.query(`create temporary table opened on commit drop as ${fillFile(import.meta.dirname, 'open', parts)}`);
    const open = await steps.take('link', `${feed.relation}_open`, `insert into ${feed.open} select subject_key, source_key, role, registered from opened`);
    await steps.file('link', import.meta.dirname, 'open_once', parts);
    await steps.count(`${feed.relation}_open`, open, 'subject_key');
    context.signal.throwIfAborted();
    return steps.done;
  });
}
