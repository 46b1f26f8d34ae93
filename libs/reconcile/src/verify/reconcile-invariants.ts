import type { FeedContract } from '#feeds';
import { linkedFeeds, literal } from '../linkage/linked-feed.js';

/** A statement that must return no row; each row it returns names what is wrong. */
export interface Invariant { name: string; sql: string }

const MOST = 'limit 20';

/** What must always hold of how rows are linked; `hushu verify` runs it on the live store as its owner. */
export function reconcileInvariants(contracts: FeedContract[]): Invariant[] {
  const { feeds, spine } = linkedFeeds(contracts);
  const persons = feeds.map(({ relation }) => `select person from reconcile."${relation}_plain"`).join(' union all ');
  return [
    {
      name: 'every exception of the crosswalk says whom it links, or that it links nobody',
      sql: `select source_key::text as what from reconcile.crosswalk_exception where (state = 'linked') <> (person is not null) ${MOST}`,
    },
    {
      name: 'a row that is linked otherwise is linked to somebody a row speaks of or the pool knows',
      sql: `select x.source_key::text as what from reconcile.crosswalk_exception x
            where x.person is not null and x.person <> x.subject_key and x.feed <> ${literal(spine?.feed ?? '')}
              and not exists (select from reconcile.subject p where p.person = x.person)
              and x.person not in (${persons || 'select null::uuid'}) ${MOST}`,
    },
    {
      name: 'every row under review has one open task, and every open task such a row',
      sql: `select coalesce(x.source_key, t.source_key)::text as what
            from (${rowsUnderReview(feeds)}) x
            full join (select * from reconcile.review_task where state = 'open') t
              on t.subject_key = x.subject_key and t.feed = x.feed and t.source_key = x.source_key and t.role = x.role
            where x.source_key is null or t.source_key is null ${MOST}`,
    },
    {
      name: 'a number of the pool is marked as shared exactly when more than one person holds it',
      sql: `select document::text as what from reconcile.subject group by document having bool_or(shared) <> (count(*) > 1) ${MOST}`,
    },
    ...(spine ? [{
      name: 'the pool holds everybody the spine registers, by the number they have now',
      sql: `select coalesce(p.person, r.person)::text as what
            from (select person, document from reconcile.subject where current) p
            full join (select person, subject_key from reconcile."${spine.relation}_resolved") r on r.person = p.person and r.subject_key = p.document
            where p.person is null or r.person is null ${MOST}`,
    }] : []),
    {
      name: 'what one apply works on is of one run',
      sql: `select 'decision' as what from reconcile.decision d where not exists (
              select from reconcile.candidate_row c where c.source_key = d.source_key and c.feed = d.feed and c.role = d.role) ${MOST}`,
    },
  ];
}

function rowsUnderReview(feeds: { feed: string; current: string }[]): string {
  return feeds.map(({ feed, current }) => `
    select x.subject_key, x.feed, x.source_key, x.role from reconcile.crosswalk_exception x
    join ${current} s on s.subject_key = x.subject_key and s.source_key = x.source_key and s.role = x.role
    where x.state = 'review' and x.feed = ${literal(feed)}`).join(' union all ');
}
