import type { Steps } from '../apply/steps.js';
import { fillFile, RULES_VERSION } from '../apply/steps.js';
import type { LinkedFeed } from '../linkage/linked-feed.js';

const here = import.meta.dirname;

/**
 * The spine's first delivery: the pool is filled from it, and who holds a number that another row holds too
 * is keyed by the row. Its keys are built when it is full.
 */
export async function registerAll(steps: Steps, spine: LinkedFeed): Promise<void> {
  const parts = spine.parts();
  await steps.file('link', here, 'second_holder', parts, [steps.run, RULES_VERSION]);
  await steps.client.query(`select reconcile.drop_keys('subject')`);
  await steps.take('pool', 'subject', fillFile(here, 'subject_all', parts));
  await steps.client.query(`select reconcile.build_keys('subject')`);
  await steps.file('pool', here, 'shared_all', parts);
  await steps.file('conflict', here, 'provisional_conflict', parts);
  await steps.file('conflict', here, 'provisional_value', parts);
}

/** A delta of the spine: persons keep their key whatever becomes of their number; the pool follows. */
export async function registerChanges(steps: Steps, spine: LinkedFeed): Promise<void> {
  const parts = spine.parts();
  await keyChanged(steps, parts, steps.run);
  await followPool(steps, spine, await steps.file('pool', here, 'spine_person', parts, [steps.run]));
}

/**
 * A late delivery of the spine: by which key a person is known depends on what was registered before, so the
 * story of its deliveries is told anew, one after another; whoever is known by another key now is looked at again.
 */
export async function registerAgain(steps: Steps, spine: LinkedFeed): Promise<void> {
  const parts = spine.parts();
  const keep = (name: string, query: string): Promise<number> => steps.take('story', name, `create temporary table ${name} on commit drop as ${query}`);
  await keep('exception_before', `select subject_key, source_key, role, person from reconcile.crosswalk_exception where feed = ${parts.feed}`);
  let persons = await steps.file('pool', here, 'spine_person', parts, [steps.run]);
  await steps.client.query('delete from reconcile.crosswalk_exception where feed = $1', [spine.feed]);
  await keep('story_version', fillFile(here, 'story_version', { ...parts, run: `${steps.run}` }));
  await keep('story_change', fillFile(here, 'story_change', { story: 'story_version' }));
  await steps.client.query('analyze story_version; analyze story_change');
  const { rows: story } = await steps.client.query<{ nth: number; run: number }>('select distinct nth, run from story_change order by nth');
  for (const [at, { nth, run }] of story.entries()) {
    const then = {
      ...parts, change: `(select * from story_change where nth = ${nth})`,
      current: `(select * from story_version where opened <= ${nth} and (closed is null or closed > ${nth}))`,
      past: `(select * from story_version where closed <= ${nth})`,
    };
    if (at === 0) await steps.file('link', here, 'second_holder', then, [run, RULES_VERSION]);
    else await keyChanged(steps, then, run);
  }
  persons += await steps.file('pool', here, 'spine_person', parts, [steps.run]);
  persons += await steps.file('pool', here, 'spine_person_again', { ...parts, before: 'exception_before' });
  await followPool(steps, spine, persons);
}

/** By which key the persons of changed source records are known. */
async function keyChanged(steps: Steps, parts: Record<string, string>, run: number): Promise<void> {
  await steps.file('link', here, 'renumbered', parts, [run, RULES_VERSION]);
  await steps.file('link', here, 'renumbered_back', parts, [run]);
  await steps.file('link', here, 'second_holder_new', parts, [run, RULES_VERSION]);
}

/** Brings the pool to what the spine says of the persons whose registration changes. */
async function followPool(steps: Steps, spine: LinkedFeed, persons: number): Promise<void> {
  const parts = spine.parts();
  await steps.count('spine_person', persons, 'person');
  await steps.file('conflict', here, 'provisional_conflict_changed', parts);
  await steps.file('look-again', here, 'look_again_number');
  await steps.file('pool', here, 'subject_gone');
  await steps.file('pool', here, 'subject_gone_alias');
  await steps.take('pool', 'subject', fillFile(here, 'subject', parts));
  await steps.file('look-again', here, 'look_again_number');
}

/** Once all numbers to look at are known: which of them more than one person holds. */
export async function markShared(steps: Steps): Promise<void> {
  await steps.file('pool', here, 'shared');
}

export async function affectRegistered(steps: Steps, ownFacets: string): Promise<void> {
  await steps.file('affected', here, 'affected_registered', { own_facets: ownFacets });
}
