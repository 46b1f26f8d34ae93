import { feedRelation, type FeedContract } from '#feeds';

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
  ];
}
