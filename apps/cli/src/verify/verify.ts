import { join } from 'node:path';
import { auditInvariants } from '#access';
import { FeedCatalogue } from '#feeds';
import { reconcileInvariants } from '#reconcile';
import { registryInvariants } from '#registry';
import { systemClock } from '#kernel';
import { Copies, runInvariants } from '#runs';
import { copyFaults, stagingInvariants } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore } from '../frame/store.js';

interface Verdict { part: string; name: string; holds: boolean; faults: string[] }

/** Checks every invariant on the live store; one snapshot, nothing is changed. Fails when one does not hold. */
export const run: Work = ({ output }) => withStore(async (store) => {
  const { contracts } = await FeedCatalogue.load(store.settings.HUSHU_CONFIG);
  const parts = {
    runs: runInvariants(), staging: stagingInvariants(contracts), reconcile: reconcileInvariants(contracts), registry: registryInvariants(contracts),
  };
  const verdicts: Verdict[] = [];
  const owner = await store.database.connect('migrate');
  try {
    await owner.query('begin isolation level repeatable read read only');
    for (const [part, invariants] of Object.entries(parts)) {
      for (const { name, sql } of invariants) {
        const { rows } = await owner.query<{ what: string }>(sql);
        verdicts.push({ part, name, holds: rows.length === 0, faults: rows.map((row) => row.what) });
      }
    }
    await owner.query('commit');
  } finally {
    await owner.end();
  }
  for (const audit of await auditInvariants(store.database, store.keys)) {
    verdicts.push({ part: 'access', name: audit.name, holds: audit.holds, faults: audit.faults.map(({ seq, fault }) => `${seq} ${fault}`) });
  }
  const copies = await copyFaults(new Copies(store.database), join(store.settings.HUSHU_DATA, 'deliveries'), systemClock.now());
  verdicts.push({ part: 'staging', name: 'every stored copy is there, and is of a run', holds: copies.length === 0, faults: copies.slice(0, 20) });
  const broken = verdicts.filter((verdict) => !verdict.holds);
  output.data({ holds: broken.length === 0, invariants: verdicts }, () => verdicts.map((verdict) =>
    `${verdict.holds ? '✓' : '✗'} ${verdict.part} · ${verdict.name}${verdict.faults.map((fault) => `\n    ${fault}`).join('')}`).join('\n'));
  output.say(broken.length === 0
    ? { zh: `${verdicts.length} 条不变式全部成立`, en: `All ${verdicts.length} invariants hold` }
    : { zh: `${broken.length} 条不变式不成立`, en: `${broken.length} invariants do not hold` });
  return broken.length === 0 ? EXIT.ok : EXIT.failed;
});
