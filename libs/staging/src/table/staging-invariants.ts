import { join } from 'node:path';
import { feedRelation, type FeedContract } from '#feeds';
import { shapeOf } from '../state/staged-state.js';
import { StagedSql } from './staged-sql.js';

/** A statement that must return no row; each row it returns names what is wrong. */
export interface Invariant { name: string; sql: string }

/** What must always hold of what was delivered; `hushu verify` runs it on the live store. */
export function stagingInvariants(contracts: FeedContract[]): Invariant[] {
  const perFeed = contracts.map((contract): Invariant => {
    const feed = feedRelation(contract.feed);
    return {
      name: `one version a source record · ${contract.feed}`,
      sql: `select source_key::text as what from staging.${feed}_row group by source_key${contract.roles.length > 0 ? ', role' : ''} having count(*) > 1 limit 20`,
    };
  });
  return [
    {
      name: 'every reject names its rule and keeps its raw line',
      sql: `select run || ':' || row_no as what from staging.reject where rule = '' or (ordinal = 0 and raw is null) limit 20`,
    },
    ...perFeed,
    ...contracts.map(stateInvariant),
  ];
}

/** Under columns of another shape than when it was published the state of the last run cannot be counted again. */
function stateInvariant(contract: FeedContract): Invariant {
  const sql = new StagedSql(contract);
  return {
    name: `what the last run left is what is there · ${contract.feed}`,
    sql: `
      with last as materialized (
        select r.id, r.state_now, r.state_past, r.state_shape from runs.transition t join runs.run r on r.id = t.run
        where t.feed = '${contract.feed}' and t.state = 'published' order by t.id desc limit 1
      ), sums as (${sql.fill(join(import.meta.dirname, '../state'), 'whole', 0)})
      select last.id::text as what from last, sums where last.state_shape = '${shapeOf(sql)}'
         and (staging.state_text(sums.now_one, sums.now_two), staging.state_text(sums.past_one, sums.past_two)) is distinct from (last.state_now, last.state_past)`,
  };
}
