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
  const { run } = steps;
  await steps.file('link', here, 'renumbered', parts, [run, RULES_VERSION]);
  await steps.file('link', here, 'renumbered_back', parts, [run]);
  await steps.file('link', here, 'second_holder_new', parts, [run, RULES_VERSION]);
  const persons = await steps.file('pool', here, 'spine_person', parts, [run]);
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
