import type { StagedRun } from '#staging';
import { RULES_VERSION, type Steps } from '../apply/steps.js';
import { judgePairs } from './judge.js';
import { literal, type LinkedFeed } from './linked-feed.js';

const here = import.meta.dirname;
const reviewed = `${import.meta.dirname}/../review`;

/** Gathers the subject keys whose rows are decided again in this apply. */
export async function gatherKeys(steps: Steps, s: StagedRun, feed: LinkedFeed, others: LinkedFeed[]): Promise<void> {
  const parts = feed.parts();
  if (!s.first) await steps.file('look-again', here, 'look_again_change', {}, [s.run]);
  else if (feed.spine) {
    for (const other of others) {
      const theirs = other.parts();
      await steps.file('look-again', here, 'look_again_spine', theirs);
      if (theirs.death_differs !== '') await steps.file('look-again', here, 'look_again_death', theirs);
    }
  } else {
    await steps.file('look-again', here, 'look_again_open', parts);
    for (const other of others) {
      if (other.spine) continue;
      await steps.file('look-again', here, 'look_again_elsewhere', { ...parts, other_current: other.current, other_past: other.past });
    }
  }
}

/** Decides every row that has one of the gathered keys, closed ones too: what was linked before does not matter. */
export async function decide(steps: Steps, s: StagedRun, feed: LinkedFeed, feeds: LinkedFeed[], spine: LinkedFeed | undefined): Promise<void> {
  const keys = await steps.file('look-again', here, 'look_again');
  if (keys === 0) return;
  await steps.count('look_again', keys, 'subject_key');
  let rows = 0;
  for (const one of feeds) {
    if (one.spine) continue;
    // Of a registered person the spine alone is asked, so another feed's delta leaves the others' rows as they are.
    const registered = feed.spine || one === feed ? [true, false] : [false];
    rows += await steps.file('decide', here, 'candidate_row', one.parts(), [registered]);
    rows += await steps.file('decide', here, 'candidate_row_past', one.parts(), [registered]);
  }
  await steps.count('candidate_row', rows, 'subject_key', 'source_key', 'feed', 'live');
  const pairs = await steps.file('decide', here, 'candidate_pair_registered') + await steps.file('decide', here, 'candidate_pair_unregistered');
  await judgePairs(steps);
  await steps.count('candidate_pair', pairs, 'subject_key', 'source_key');
  const decisions = await steps.file('decide', here, 'decision');
  await steps.count('decision', decisions, 'subject_key', 'source_key');
  if (decisions > 0) await steps.file('decide', here, 'decision_by_hand');
  await steps.file('decide', here, 'resolution');
  if (s.replayed && !feed.spine) await vanish(steps, s, feed);
  await steps.count('resolution', rows, 'subject_key', 'source_key', 'feed');
  await steps.file('link', here, 'exception_gone');
  if (decisions > 0) {
    const exceptions = await steps.file('link', here, 'crosswalk_exception', {}, [steps.run, RULES_VERSION]);
    await steps.count('crosswalk_exception', exceptions, 'subject_key', 'feed', 'source_key', 'role', 'person');
  }
  await steps.file('review', reviewed, 'task_withdrawn', {}, [s.knownAt]);
  if (decisions > 0) {
    const tasks = await steps.file('review', reviewed, 'review_task', {}, [steps.run, s.knownAt]);
    await steps.count('review_task', tasks, 'subject_key', 'feed', 'source_key', 'role', 'state');
  }
  if (!spine) return;
  const spineFeed = { spine_feed: literal(spine.feed) };
  await steps.file('conflict', here, 'conflict_gone', spineFeed);
  await steps.file('conflict', here, 'conflict', spineFeed, [steps.run]);
}

/** Rows that a replayed delivery leaves nowhere are linked to nobody. */
async function vanish(steps: Steps, s: StagedRun, feed: LinkedFeed): Promise<void> {
  if (await steps.file('decide', here, 'vanished', feed.parts(), [s.run]) === 0) return;
  await steps.file('link', here, 'exception_vanished', feed.parts());
  await steps.file('review', reviewed, 'task_vanished', feed.parts(), [s.knownAt]);
}
