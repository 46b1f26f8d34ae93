import { identifier } from '#database';
import { quoted, type Attribute, type Facet, type Supplier } from '../facet/facet.js';
import { fillFile, type Steps } from '../apply/steps.js';
import { literal, type LinkedFeed } from '../linkage/linked-feed.js';

const here = import.meta.dirname;

/**
 * The timeline of each affected person and facet, made anew from the rows that hold or held: which value was
 * served when, by precedence, then recency. The registry compares it with what it keeps.
 */
export async function resolveVersions(steps: Steps, facets: Facet[], feeds: LinkedFeed[], spine: LinkedFeed | undefined): Promise<void> {
  const { rows } = await steps.client.query<{ facet: string; persons: string }>('select facet, count(*) as persons from reconcile.affected group by facet');
  const affected = rows.reduce((sum, { persons }) => sum + Number(persons), 0);
  await steps.count('affected', affected, 'person', 'facet');
  const relations = facets.filter(({ suppliers }) => suppliers.length > 0).map(({ relation }) => identifier('reconcile', `${relation}_version`));
  if (relations.length > 0) await steps.empty(...relations);
  const speaking = new Set(feeds.map(({ feed }) => feed));
  for (const facet of facets) {
    const touched = rows.find((row) => row.facet === facet.relation);
    if (!touched || facet.suppliers.length === 0) continue;
    const suppliers = facet.suppliers.filter(({ feed }) => speaking.has(feed));
    if (facet.runs) for (const gone of ['resolved_gone', 'conflict_gone']) await steps.file('survive', here, gone, goneParts(facet, spine));
    if (suppliers.length === 0) continue;
    await steps.empty('reconcile.versioned');
    const persons = await steps.take('survive', 'versioned', `insert into reconcile.versioned (person) ${whoSql(facet, spine)}`);
    if (persons === 0) continue;
    await steps.count('versioned', persons, 'person');
    const count = await steps.take('survive', `${facet.relation}_version`, versionSql({ ...facet, suppliers }, feeds, spine), facet.several ? [steps.run] : []);
    await steps.count(`${facet.relation}_version`, count, 'person');
  }
}

function goneParts(facet: Facet, spine: LinkedFeed | undefined): Record<string, string> {
  const provisional = facet.relation === 'provisional_identity' && spine;
  return {
    facet: literal(facet.name), relation: literal(facet.relation),
    not_registered: provisional ? `and k.winner_feed <> ${literal(spine.feed)}` : '',
  };
}

/** The statement that fills one facet's timelines; exported for the spec that prepares it. */
export function versionSql(facet: Facet, feeds: LinkedFeed[], spine: LinkedFeed | undefined): string {
  const columns = facet.attributes.map(within);
  const runs = facet.runs ? ', attribute_runs' : '';
  const targets = facet.attributes.map(({ column }) => quoted(column)).join(', ');
  const order = 'precedence, moment desc, claimant';
  const plain = (alias: string): string => columns.map((column) => `${alias}${column}`).join(', ');
  const whole = facet.whole ? '' : 'not null';
  const first = (column: string, value: string): string =>
    `(array_agg(${value} order by ${order})${whole ? ` filter (where ${column} is not null)` : ''})[1]`;
  const target = `insert into reconcile.${quoted(`${facet.relation}_version`)} (person, valid_from, valid_to, source_run, source_feed, ${targets}${runs})`;
  return fillFile(here, facet.several ? 'version_several' : 'version_one', {
    version: quoted(`${facet.relation}_version`),
    facet: literal(facet.name),
    claims: claimsSql(facet, feeds, spine),
    columns: targets,
    claim_columns: plain('c.'),
    runs_column: runs,
    no_runs: facet.runs ? ', null::int4[] as attribute_runs' : '',
    order,
    chosen: columns.map((column) => `${first(column, column)} as ${column}`).join(', '),
    chosen_runs: facet.runs ? `, case when count(*) > 1 then array[${columns.map((column) => first(column, 'run')).join(', ')}] end as attribute_runs` : '',
    contested: facet.runs ? 'b.claimants > 1' : 'false',
    said: facet.attributes.filter(({ derived }) => !derived).map((attribute) => `(${literal(attribute.name)}, b.${within(attribute)}::text, ${comparedSql(facet, attribute)})`).join(', '),
    islands: islandsSql(plain, runs),
    islands_insert: `${islandsSql(plain, runs).replace(/\nselect/, `\n${target}\nselect`)}`,
  });
}

/** What two values are compared by: names and addresses that are only written otherwise do not contradict each other. */
function comparedSql(facet: Facet, { name, column, address }: Attribute): string {
  const value = `b.${within({ column })}::text`;
  if (address) return `coalesce(b.${within({ column: `${column}_key` })}::text, ${value})`;
  return facet.name === 'identity' && name === 'name' ? `coalesce(b.name_folded, ${value})` : value;
}

/** Pieces side by side that say the same, from the same feed, are one version. */
function islandsSql(plain: (alias: string) => string, runs: string): string {
  return `marked as (
  select h.*, coalesce(lag(h.valid_to) over w = h.valid_from and lag(row(h.feed, ${plain('h.')})) over w is not distinct from row(h.feed, ${plain('h.')}), false) as goes_on
  from held h
  window w as (partition by h.person order by h.valid_from)
),
island as (
  select m.*, count(*) filter (where not goes_on) over (partition by m.person order by m.valid_from) as nth
  from marked m
),
whole as (
  select i.*, max(i.valid_to) over (partition by i.person, i.nth) as until
  from island i
)
select person, valid_from, until, run, feed, ${plain('')}${runs}
from whole
where not goes_on`;
}

/** Whose timelines are made; registered persons have no provisional identity. Kept in a table, since a guess of one person makes the planner compare everybody's claims with everybody's. */
function whoSql(facet: Facet, spine: LinkedFeed | undefined): string {
  const who = `select distinct a.person from reconcile.affected a where a.facet = ${literal(facet.relation)}`;
  if (facet.relation !== 'provisional_identity' || !spine) return who;
  return `${who}
  and not exists (select from reconcile.subject p where p.document = a.person and p.person = a.person)
  and not exists (select from reconcile.subject p where p.person = a.person and p.document <> p.person)`;
}

function claimsSql(facet: Facet, feeds: LinkedFeed[], spine: LinkedFeed | undefined): string {
  const claims = facet.suppliers.map((supplier) => claimSql(facet, supplier, feeds.find(({ feed }) => feed === supplier.feed)!)).join('\nunion all\n');
  if (facet.relation !== 'provisional_identity' || !spine) return claims;
  // Whoever was registered and is no longer is provisional from then on only.
  return `select * from (
  select c.person, c.source_key, c.role, c.run, c.feed, c.claimant, c.precedence, c.recency, c.moment, c.name_folded,
         greatest(c.valid_from, u.until) as valid_from, c.valid_to, ${facet.attributes.map((attribute) => `c.${within(attribute)}`).join(', ')}
  from (
${claims}
  ) c
  left join (
    select v.person, max(v.closed_on) as until from (${rowsSql(spine, undefined)}) v group by v.person
  ) u on u.person = c.person
) since_registered where valid_from < valid_to`;
}

/** What one entry of a contract says of the affected persons, version by version. */
function claimSql(facet: Facet, supplier: Supplier, feed: LinkedFeed): string {
  const values = facet.attributes.map((attribute) => {
    const value = supplier.values.get(attribute.column);
    return `${value === undefined ? `null::${attribute.type}` : `(${value})::${attribute.type}`} as ${within(attribute)}`;
  });
  const columns = facet.attributes.map(within).join(', ');
  return `  select person, source_key, role, run, ${literal(supplier.feed)}::text as feed, ${supplier.claimant} as claimant, ${supplier.precedence} as precedence,
         recency, moment, name_folded, valid_from, valid_to, ${columns}
  from (
    select v.*, least(v.until_day, case when v.closed_run is null then 'infinity'::date
                                        when lead(v.run) over chain = v.closed_run then lead(v.valid_from) over chain
                                        else v.closed_on end) as valid_to
    from (
      select s.*, reconcile.valid_from(s.since_day, s.until_day, s.as_of_day) over (partition by s.person, s.source_key, s.role order by s.delivered_as_of, s.run) as valid_from
      from (
        select s.person, s.source_key, s.role, s.run, s.closed_run, s.closed_on, s.delivered_as_of, ${dayOf('s.delivered_as_of')} as as_of_day, (${supplier.since}) as since_day,
               case when (${supplier.until}) <= ${dayOf('s.delivered_as_of')} then (${supplier.until}) end as until_day, ${supplier.when} as live, coalesce(s.stamp, s.delivered_as_of at time zone 'Asia/Shanghai') as moment,
               ${supplier.recency} || '|' || to_char(coalesce(s.stamp, s.delivered_as_of at time zone 'Asia/Shanghai'), 'YYYYMMDDHH24MISS') as recency, coalesce(s.name_fold, s.name) as name_folded,
               ${values.join(', ')}
        from (
          select s.*, (select r.as_of from runs.run_status r where r.id = s.run) as delivered_as_of
          from (
${rowsSql(feed, supplier.role)}
          ) s
          offset 0 -- looked up once a row; a join would be taken for one that leaves few rows
        ) s
      ) s
    ) v
    window chain as (partition by v.person, v.source_key, v.role order by v.delivered_as_of, v.run)
  ) c
  where c.live and c.valid_from < c.valid_to`;
}

/** An attribute's name within the statement, where a contract's word must not meet one of ours. */
function within({ column }: { column: string }): string {
  return quoted(`a_${column}`);
}

/** The day a moment falls on in China, which has one time zone. */
function dayOf(moment: string): string {
  return `(${moment} at time zone 'Asia/Shanghai')::date`;
}

/** A feed's rows, holding and closed, that speak of the persons in `who`. */
function rowsSql(feed: LinkedFeed, role: number | undefined): string {
  const ofRole = role === undefined ? '' : ` and s.role = ${role}`;
  const same = `x.subject_key = s.subject_key and x.feed = ${literal(feed.feed)} and x.source_key = s.source_key and x.role = s.role`;
  const closed = `s.closed_run, ${dayOf('s.closed_as_of')} as closed_on`;
  const columns = feed.columns.map((column) => `s.${quoted(column)}`).join(', ');
  const plain = (relation: string, end: string): string => `          select w.person, ${columns}, ${end}
          from who w join ${relation} s on s.subject_key = w.person${ofRole}
          where not exists (select from reconcile.crosswalk_exception x where ${same})`;
  const linked = (relation: string, end: string): string => `          select w.person, ${columns}, ${end}
          from who w join reconcile.crosswalk_exception x on x.person = w.person and x.feed = ${literal(feed.feed)}
          join ${relation} s on ${same}${ofRole}`;
  const open = 'null::int4 as closed_run, null::date as closed_on';
  const all = [plain(feed.current, open), linked(feed.current, open), plain(feed.past, closed), linked(feed.past, closed)];
  return (role === undefined ? all.slice(2) : all).join('\n          union all\n');
}
