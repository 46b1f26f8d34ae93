import { fillFile, type Steps } from '../apply/steps.js';
import type { ReconciledRun } from '../apply/apply-registry.js';

const here = import.meta.dirname;

/** Everybody a first delivery makes known, or makes registered. */
export async function keepPersonsOfFirst(steps: Steps, s: ReconciledRun): Promise<void> {
  const { rows: [keys] } = await steps.client.query<{ dropped: boolean }>(`select registry.drop_keys('person') as dropped`);
  const names = s.contract.spine ? ['person_registered', 'person_flipped'] : ['person_provisional'];
  for (const name of names) await steps.take('person', 'person', fillFile(here, name, {}), name === 'person_flipped' ? [] : [s.run]);
  if (keys!.dropped) await steps.client.query(`select registry.build_keys('person')`);
  if (s.contract.spine) {
    await steps.take('alias', 'document_alias', 'insert into registry.document_alias (document, person) select document, person from reconcile.document_alias on conflict do nothing');
  }
}

/** Kind, status and place of the persons a delivery touched, and the numbers that lead to them. */
export async function keepAffectedPersons(steps: Steps, spine: boolean): Promise<void> {
  // Without a size the planner takes those touched for everybody.
  await steps.client.query(`select registry.count_keys('touched')`);
  await steps.take('person', 'person', fillFile(here, 'person_affected', {}), [steps.run]);
  if (!spine) return;
  await steps.take('alias', 'document_alias', fillFile(here, 'alias_gone', {}));
  await steps.take('alias', 'document_alias', fillFile(here, 'document_alias', {}));
}
