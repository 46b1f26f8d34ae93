import type { FeedContract } from '#feeds';
import { facetsOf, type Facet } from '#reconcile';

/** A statement that must return no row; each row it returns names what is wrong. */
export interface Invariant { name: string; sql: string }

const MOST = 'limit 20';

/** What must always hold of what the registry keeps; `hushu verify` runs it on the live store as its owner. */
export function registryInvariants(contracts: FeedContract[]): Invariant[] {
  const facets = facetsOf(contracts);
  const spines = contracts.filter(({ spine }) => spine).map(({ feed }) => `'${feed}'`).join(', ') || "''";
  return [
    {
      name: 'registered identity comes from runs of the spine alone',
      sql: `select v.person::text as what from (
              select person, source_run from registry.registered_identity union all select person, source_run from registry.registered_identity_past
            ) v join registry.applied a on a.run = v.source_run where a.feed not in (${spines}) ${MOST}`,
    },
    {
      name: 'nobody is registered and provisional at once',
      sql: `select person::text as what from registry.registered_identity join registry.provisional_identity using (person) ${MOST}`,
    },
    {
      name: 'everybody with an identity is a person of that kind',
      sql: `select coalesce(i.person, p.person)::text as what
            from (select person, 'registered' as kind from registry.registered_identity union all select person, 'provisional' from registry.provisional_identity) i
            full join (select person, kind from registry.person where kind <> 'gone') p on p.person = i.person
            where p.kind is distinct from i.kind ${MOST}`,
    },
    {
      name: 'a number leads to a person who is known',
      sql: `select a.document::text as what from registry.document_alias a left join registry.person p on p.person = a.person where p.person is null ${MOST}`,
    },
    {
      name: 'known time never goes back',
      sql: `select a.run::text as what from registry.applied a join registry.applied b on b.run <> a.run and b.known_at > a.known_at
            where exists (select from registry.change c where c.run = a.run and a.known_at > b.known_at) ${MOST}`,
    },
    ...facets.flatMap((facet) => ofFacet(facet)),
  ];
}

function ofFacet(facet: Facet): Invariant[] {
  const versions = `
    select person, valid_from, 'infinity'::date as valid_to, known_from, 'infinity'::timestamptz as known_to, source_run from registry."${facet.table}"
    union all
    select person, valid_from, valid_to, known_from, known_to, source_run from registry."${facet.pastTable}" where retracted_at = 'infinity' and valid_from < valid_to`;
  const everSeen = `
    select person, valid_from, 'infinity'::date as valid_to, known_from, 'infinity'::timestamptz as known_to, 'infinity'::timestamptz as retracted_at,
           tableoid as relation, ctid as place from registry."${facet.table}"
    union all
    select person, valid_from, valid_to, known_from, known_to, retracted_at, tableoid, ctid from registry."${facet.pastTable}"`;
  return [
    {
      // A version is seen from a corner (valid from, known from) on; two are seen at once exactly if both are at the later corner.
      name: `never two versions of one person at once, whatever day and known time are asked for · ${facet.relation}`,
      sql: `select a.person::text as what
            from (${everSeen}) a
            join (${everSeen}) b on b.person = a.person and (b.relation, b.place) > (a.relation, a.place)
            cross join lateral (select greatest(a.valid_from, b.valid_from) as day, greatest(a.known_from, b.known_from) as at) c
            where c.at < a.retracted_at and (c.at < a.known_to or c.day < a.valid_to)
              and c.at < b.retracted_at and (c.at < b.known_to or c.day < b.valid_to) ${MOST}`,
    },
    {
      name: `every version ends after it begins, in both times · ${facet.relation}`,
      sql: `select person::text as what from registry."${facet.pastTable}" where valid_to < valid_from or known_to < known_from or retracted_at < known_to ${MOST}`,
    },
    {
      name: `one current version a person · ${facet.relation}`,
      sql: `select person::text as what from registry."${facet.table}" group by person having count(*) > 1 ${MOST}`,
    },
    {
      name: `every version comes from a run that was applied · ${facet.relation}`,
      sql: `select v.person::text as what from (${versions}) v where not exists (select from registry.applied a where a.run = v.source_run) ${MOST}`,
    },
  ];
}
