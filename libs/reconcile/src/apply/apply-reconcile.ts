import type { FeedContract } from '#feeds';
import type { StepCount } from '#runs';
import type { StagedRun } from '#staging';
import type { ClientBase } from 'pg';
import { applyAddresses, isAddressRegister } from '../address/addresses.js';
import { decide, gatherKeys } from '../linkage/decide.js';
import { linkedFeeds, type LinkedFeed } from '../linkage/linked-feed.js';
import { markShared, registerAgain, registerAll, registerChanges } from '../spine/registered.js';
import { resolveVersions } from '../survivorship/versions.js';
import { nameAffected } from './affected.js';
import { Steps } from './steps.js';

const WORKING_SETS = ['look_again', 'candidate_row', 'candidate_pair', 'decision', 'resolution', 'affected', 'spine_person'].map((name) => `reconcile.${name}`);

/**
 * Decides anew whatever the delivery's rows may change, of any feed, from the rows that hold now: so the order
 * in which feeds arrive does not matter. Runs in the publish transaction as hushu_reconcile, after staging.
 * @returns all: the delivery is the feed's first; persons not named as affected are simply what their row says
 */
export async function applyReconcile(client: ClientBase, s: StagedRun, contracts: FeedContract[]): Promise<{ steps: StepCount[]; all: boolean }> {
  const steps = new Steps(client, s.run);
  const { feeds, facets, spine } = linkedFeeds(contracts);
  const feed = feeds.find((one) => one.feed === s.feed);
  await client.query(`set local work_mem = '256MB'`);
  await steps.empty(...WORKING_SETS);
  if (feed === undefined) {
    if (isAddressRegister(s.contract)) await applyAddresses(steps, s);
    return { steps: steps.done, all: false };
  }
  const speaking = await withRows(client, feeds);
  const others = speaking.filter((one) => one !== feed);
  // A whole delivery is read as it lies: by its key it would be read a page a row.
  if (s.first) await client.query('set local enable_mergejoin = off');
  if (feed.spine) await (s.first ? registerAll : s.replayed ? registerAgain : registerChanges)(steps, feed);
  await gatherKeys(steps, s, feed, others);
  if (feed.spine && !s.first) await markShared(steps);
  await decide(steps, s, feed, speaking, spine);
  await nameAffected(steps, s, feed, others);
  if (s.first) await client.query('set local enable_mergejoin = on');
  await resolveVersions(steps, facets, speaking, spine);
  return { steps: steps.done.filter(({ rows }) => rows > 0), all: s.first };
}

/** Feeds that deliver nothing yet have nothing to say; leaving them out saves a statement each, and planning. */
async function withRows(client: ClientBase, feeds: LinkedFeed[]): Promise<LinkedFeed[]> {
  const { rows: [said] } = await client.query<{ speak: boolean[] }>(
    `select array[${feeds.map(({ current, past }) => `exists (select from ${current}) or exists (select from ${past})`).join(', ')}] as speak`);
  return feeds.filter((_, at) => said!.speak[at]);
}
