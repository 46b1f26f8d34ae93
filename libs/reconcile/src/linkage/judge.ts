import { nameAgreement } from '#kernel';
import type { Steps } from '../apply/steps.js';

/** Pairs judged at a time. */
const BATCH = 5000;

interface Pair {
  id: string; name_fold: string; former_name: string | null; birth_date: string | null;
  other_name_fold: string; other_former_name: string | null; other_birth_date: string | null;
}

/** How the names of the pairs agree that SQL could not call equal: they are few, and the kernel reads Chinese. */
export async function judgePairs(steps: Steps): Promise<void> {
  const start = performance.now();
  let judged = 0;
  for (;;) {
    const { rows } = await steps.client.query<Pair>(
      `select ctid::text as id, name_fold, former_name, birth_date::text, other_name_fold, other_former_name, other_birth_date::text
       from reconcile.candidate_pair where agreement is null limit $1`, [BATCH]);
    if (rows.length === 0) break;
    const agreements = rows.map((pair) => nameAgreement(
      { name: pair.name_fold, formerName: pair.former_name ?? undefined, birthDate: pair.birth_date ?? undefined },
      { name: pair.other_name_fold, formerName: pair.other_former_name ?? undefined, birthDate: pair.other_birth_date ?? undefined },
    ));
    await steps.client.query(
      `update reconcile.candidate_pair p set agreement = j.agreement from unnest($1::tid[], $2::text[]) j (id, agreement) where p.ctid = j.id`,
      [rows.map(({ id }) => id), agreements]);
    judged += rows.length;
  }
  if (judged > 0) steps.done.push({ step: 'judge', relation: 'candidate_pair', rows: judged, ms: performance.now() - start });
}
