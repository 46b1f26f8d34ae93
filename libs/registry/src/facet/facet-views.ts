import { identifier } from '#database';
import type { Facet } from '#reconcile';

/** Row-level security and grants of one kept table: without a caller's settings the reader sees nothing. */
export function policies(facet: Facet, table: string): string[] {
  const relation = identifier('registry', table);
  const policy = (name: string, rest: string): string[] => [
    `drop policy if exists ${identifier(`${name}_${table}`)} on ${relation}`,
    `create policy ${identifier(`${name}_${table}`)} on ${relation} ${rest}`,
  ];
  const writer = facet.spine ? 'hushu_spine' : 'hushu_registry';
  return [
    `alter table ${relation} enable row level security`,
    `alter table ${relation} force row level security`,
    ...policy('hub', 'to hushu_registry, hushu_spine using (true) with check (true)'),
    ...policy('officer', 'for select to hushu_operations, hushu_migrate using (true)'),
    ...policy('reader', `for select to hushu_reader using (
      (select '${facet.name}' = any (string_to_array(current_setting('hushu.facets'), ',')))
      and ((select current_setting('hushu.divisions') = '*')
        or exists (select from registry.person p where p.person = ${identifier(table)}.person)))`),
    `revoke insert, update, delete on ${relation} from hushu_registry, hushu_spine`,
    `grant select on ${relation} to hushu_reader, hushu_registry, hushu_spine, hushu_operations`,
    `grant insert, update, delete on ${relation} to ${writer}`,
  ];
}

const FEED = '(select a.feed from registry.applied a where a.run = v.source_run) as source_feed';

/** The published view of what holds now, named as the facet, and what is read out of it under names of its own. */
export function facetView(facet: Facet): string[] {
  const runs = facet.runs ? 'v.attribute_runs' : 'null::int4[] as attribute_runs';
  const also = facet.name === 'registration' ? householdViews() : facet.name === 'kin' ? relationView(facet) : [];
  return [...published(facet.relation, `facet ${facet.name} as of now`, `
    select v.person, ${published_columns(facet)}, v.valid_from, v.known_from, ${FEED}, v.source_run, ${runs}
    from ${identifier('registry', facet.table)} v`), ...also];
}

/** Households are what registrations say of them: nothing is gained by storing them again. */
function householdViews(): string[] {
  return [
    ...published('membership', 'who belongs to which household, and how they are related to its head', `
      select v.household_no, v.person, v.relation_to_head, v.status, v.valid_from, v.known_from, v.source_run
      from registry.registration_row v where v.household_no is not null`),
    ...published('household', 'households of the register, with what their members say alike', `
      select v.household_no, count(*) as members, min(v.household_type) as household_type, min(v.division) as division, min(v.address) as address
      from registry.registration_row v where v.household_no is not null group by v.household_no`),
  ];
}

/** One row a kinship: the person, what the relative is to them, and whose person key that is. */
function relationView(facet: Facet): string[] {
  const kinds = facet.attributes.filter(({ type }) => type === 'uuid');
  return published('relation', 'kinship as registered and as other feeds say, one row a relative', kinds.map(({ name, column }) => `
      select v.person, '${name}' as kind, v.${identifier(column)} as document, ${relative(`v.${identifier(column)}`)} as relative, v.valid_from, v.known_from, v.source_run
      from registry.kin_row v where v.${identifier(column)} is not null`).join(' union all '));
}

/** The published view of all versions. */
export function historyView(facet: Facet): string[] {
  const runs = facet.runs ? 'v.attribute_runs' : 'null::int4[] as attribute_runs';
  return published(`${facet.relation}_history`,
    `every version of facet ${facet.name}. One is seen at (v, k) when known_from <= k < retracted_at and valid_from <= v and (k < known_to or v < valid_to)`, `
    select v.person, ${published_columns(facet)}, v.valid_from, 'infinity'::date as valid_to,
           v.known_from, 'infinity'::timestamptz as known_to, 'infinity'::timestamptz as retracted_at, ${FEED}, v.source_run, ${runs}
    from ${identifier('registry', facet.table)} v
    union all
    select v.person, ${published_columns(facet)}, v.valid_from, v.valid_to, v.known_from, v.known_to, v.retracted_at, ${FEED}, v.source_run, ${runs}
    from ${identifier('registry', facet.pastTable)} v`);
}

/** The reader owns it, so that its row policies, and no others, decide what a caller sees. */
function published(name: string, comment: string, query: string): string[] {
  const view = identifier('registry', name);
  return [
    `drop view if exists ${view} cascade`,
    `create view ${view} as ${query.trim()}`,
    `comment on view ${view} is 'Published: ${comment}.'`,
    `grant select on ${view} to hushu_sharing, hushu_registry, hushu_operations`,
    `alter view ${view} owner to hushu_reader`,
  ];
}

function published_columns(facet: Facet): string {
  return facet.attributes.flatMap((attribute) => {
    const column = `v.${identifier(attribute.column)}`;
    if (facet.name === 'kin' && attribute.type === 'uuid') return [`${relative(column)} as ${identifier(attribute.column)}`];
    if (attribute.derived && attribute.column.endsWith('_key')) return [];
    if (attribute.derived && attribute.column.endsWith('_code')) return [`${matchedCode(attribute.column)} as ${identifier(attribute.column)}`];
    return [column];
  }).join(', ');
}

/** A relative is known by a number; whose it is, is looked up when asked, so it does not matter who was known first. */
function relative(column: string): string {
  return `coalesce((select p.person from registry.person p where p.person = ${column} and p.kind <> 'gone'),
      (select min(a.person::text)::uuid from registry.document_alias a where a.document = ${column}))`;
}

/** By code where there is such a standard address, else by text where exactly one has it. */
function matchedCode(column: string): string {
  const code = `v.${identifier(column)}`;
  const key = `v.${identifier(column.replace(/_code$/, '_key'))}`;
  return `coalesce((select s.address_code from registry.address s where s.address_code = ${code}),
      (select m.address_code from registry.address_match m where m.address_key = ${key}))`;
}
