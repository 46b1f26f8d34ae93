import type { ClientBase } from 'pg';
import type { Model } from '../model/model.js';
import { compareCandidates, linksSql, scorePairs, weighPatterns } from '../score/score-pairs.js';
import { countFrequencies, trainModel, type Trained } from '../train/train-model.js';
import { findCandidates, settleCertain, type BlockReport } from './candidates.js';
import { checkConditions } from './check-conditions.js';
import { frequencyColumns } from './level-sql.js';
import { deriveColumns, loadRecords, type Records } from './records.js';

export interface Link { left: string; right: string; weight: number; probability: number; decision: 'auto' | 'review' }

export interface LinkReport {
  left: number; right: number; certain: number; candidates: number; patterns: number; blocks: BlockReport[];
  trained: Trained;
  /** By step, in milliseconds. */
  steps: { step: string; ms: number }[];
}

/**
 * Links two files, or one with itself, in a store that is the engine's alone; `client` is at an empty schema.
 * What it finds stands in the store: links() tells it.
 */
export async function linkRecords(client: ClientBase, model: Model, left: Records, right: Records | null): Promise<LinkReport> {
  const steps: LinkReport['steps'] = [];
  let begun = performance.now();
  const done = (step: string): void => {
    steps.push({ step, ms: Math.round(performance.now() - begun) });
    begun = performance.now();
  };
  const oneFile = right === null;
  const counts = { left: await loadRecords(client, 'left_record', model, left), right: 0 };
  if (right === null) {
    await client.query('create unlogged table right_record as select * from left_record');
    counts.right = counts.left;
  } else counts.right = await loadRecords(client, 'right_record', model, right);
  done('load');
  await deriveColumns(client, model);
  await checkConditions(client, model);
  const exact = model.comparisons.flatMap(({ levels }) => levels.flatMap((level) => level.exact ?? []));
  const rare = frequencyColumns(model);
  const chances = await countFrequencies(client, [...new Set([...exact, ...rare])], rare);
  await client.query('create unique index on left_record (n)');
  await client.query('create unique index on right_record (n)');
  if (model.right.household !== null) await client.query('create index on right_record (household)');
  await client.query('analyze left_record, right_record');
  done('derive');
  const certain = await settleCertain(client, model, oneFile);
  done('certain');
  const trained = await trainModel(client, model, counts, oneFile, chances);
  done('train');
  const blocks = await findCandidates(client, model, { from: 'left_open', into: 'candidate_pair', oneFile });
  done('block');
  await compareCandidates(client, model);
  done('compare');
  const patterns = await weighPatterns(client, model, trained);
  await scorePairs(client, model, trained);
  await client.query(`create unlogged table link as ${linksSql(model)}`);
  done('score');
  const { rows: [counted] } = await client.query<{ pairs: string }>('select count(*) as pairs from candidate_pair');
  return { ...counts, certain, candidates: Number(counted!.pairs), patterns, blocks, trained, steps };
}

const BATCH = 5000;

/** The links found, by left record. */
export async function* links(client: ClientBase): AsyncGenerator<Link> {
  await client.query('begin');
  await client.query(`declare found no scroll cursor for
    select x.uid as left, y.uid as right, k.weight, k.probability, k.decision
    from link k join left_record x on x.n = k.l join right_record y on y.n = k.r order by k.l, k.probability desc, k.r`);
  for (;;) {
    const { rows } = await client.query<Link>(`fetch ${BATCH} from found`);
    yield* rows;
    if (rows.length < BATCH) break;
  }
  await client.query('commit');
}
