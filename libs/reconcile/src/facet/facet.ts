import { feedRelation, stagedColumnOf, stagedColumns, type FeedContract, type FieldContract, type SupplyContract } from '#feeds';
import { HubError } from '#kernel';

/** One value of a facet: a column of its typed table. */
export interface Attribute {
  /** As the unified record names it: camelCase. */
  name: string;
  column: string;
  /** PostgreSQL type. */
  type: string;
  comment: string;
  /** An address: beside it stand what matches it to a standard one, `<column>_code` and `<column>_key`. */
  address?: boolean;
  /** Not supplied by a contract but taken along with another attribute or with the role. */
  derived?: boolean;
}

/** One `supplies` entry of one contract: a role of a feed that speaks of the facet. */
export interface Supplier {
  feed: string;
  /** The feed's name in relations. */
  relation: string;
  /** Index of the role. */
  role: number;
  precedence: number;
  /** Attribute column → SQL over a staged row `s`; attributes it does not supply are missing. */
  values: Map<string, string>;
  /** SQL over `s`: the date since which the row's values are so, or null. */
  since: string;
  /** SQL over `s`: the date from which they are so no longer, or null. */
  until: string;
  /** SQL over `s`: whether the row is supplied. */
  when: string;
  /** SQL over `s`, text: the latest of several rows of one person sorts last. */
  recency: string;
  /** Entries of one feed that supply the same attributes claim together: the best of their rows speaks whole. */
  claimant: number;
}

/** A facet as it is kept: its table, its columns and who supplies it. */
export interface Facet {
  /** As the unified record names it. */
  name: string;
  /** The kept relation and its published name: `medical_insurance`. Identity is kept in two. */
  relation: string;
  table: string;
  pastTable: string;
  attributes: Attribute[];
  suppliers: Supplier[];
  /** More than one claimant: values are chosen attribute by attribute. */
  several: boolean;
  /** More than one feed supplies it: each attribute's run is kept. */
  runs: boolean;
  /** All attributes come from one row: parts of one place must not be mixed. */
  whole: boolean;
  /** Supplied by the spine alone: written under its role, refused to any other. */
  spine: boolean;
}

/** The hub's own facets: what their columns are, whoever supplies them. */
const FIXED: Record<string, Record<string, [type: string, comment: string]>> = {
  identity: {
    name: ['text', 'name'], formerName: ['text', 'former name'], sex: ['text', 'sex, GB/T 2261.1'],
    ethnicity: ['text', 'ethnicity, GB/T 3304'], birthDate: ['date', 'birth date'], deathDate: ['date', 'date of death'],
  },
  registration: {
    status: ['text', 'status of the registration'], householdNo: ['text', 'household number'],
    relationToHead: ['text', 'relation to head of household, GB/T 4761'], householdType: ['text', 'household type'],
    division: ['text', 'registered division'], address: ['text', 'registered address'],
    reason: ['text', 'reason of registration'], since: ['date', 'registered since'],
  },
  residence: {
    status: ['text', 'resident or not'], division: ['text', 'division of residence'], address: ['text', 'address of residence'], since: ['date', 'lives there since'],
  },
  kin: {
    father: ['uuid', "token of the father's number"], mother: ['uuid', "token of the mother's number"],
    spouse: ['uuid', "token of the spouse's number"], guardian: ['uuid', "token of the guardian's number"],
  },
};
const ADDRESSES = new Set(['registration.address', 'residence.address']);

/** SQL of a date that a contract does not name. */
export const NO_DATE = 'null::date';

/** Columns every facet table has of its own. */
export const FACET_COLUMNS = ['person', 'known_from', 'source_run', 'source_feed', 'valid_from', 'valid_to', 'known_to', 'retracted_at', 'attribute_runs'];

/**
 * What the contracts make of the unified record. Identity comes as two facets: what the spine registers, and
 * what others say of people who are not registered.
 * @throws HubError HUSHU-reconcile-01 when two contracts do not agree on a facet
 */
export function facetsOf(contracts: FeedContract[]): Facet[] {
  const entries = contracts.flatMap((contract) => contract.supplies.map((supply) => ({ contract, supply })));
  const names = new Set([...Object.keys(FIXED), ...entries.map(({ supply }) => supply.facet)]);
  const facets: Facet[] = [];
  for (const name of names) {
    const mine = entries.filter(({ supply }) => supply.facet === name);
    if (name === 'identity') {
      facets.push(
        facetOf('identity', 'registered_identity', mine.filter(({ contract }) => contract.spine)),
        facetOf('identity', 'provisional_identity', mine.filter(({ contract }) => !contract.spine)),
      );
    } else facets.push(facetOf(name, snake(name), mine));
  }
  return facets;
}

type Entry = { contract: FeedContract; supply: SupplyContract };

function facetOf(name: string, relation: string, entries: Entry[]): Facet {
  const attributes = attributesOf(name, relation, entries);
  const suppliers = entries.map(({ contract, supply }) => supplierOf(contract, supply, attributes));
  const claims = suppliers.map(({ feed, values }) => JSON.stringify([feed, [...values.keys()].sort()]));
  suppliers.forEach((supplier, at) => { supplier.claimant = claims.indexOf(claims[at]!); });
  const own = relation.endsWith('_identity');
  return {
    name, relation,
    table: own ? relation : `${relation}_row`,
    pastTable: `${relation}_past`,
    attributes, suppliers,
    several: new Set(claims).size > 1,
    runs: relation === 'provisional_identity' || new Set(suppliers.map(({ feed }) => feed)).size > 1,
    whole: name === 'residence',
    spine: entries.length > 0 ? entries.every(({ contract }) => contract.spine) : relation === 'registered_identity' || name === 'registration',
  };
}

/** Fixed-width columns first, as they are stored; then text in the contract's order. */
function attributesOf(facet: string, relation: string, entries: Entry[]): Attribute[] {
  const found = new Map<string, Attribute>();
  const add = (attribute: Attribute, where: string): void => {
    const known = found.get(attribute.column);
    if (FACET_COLUMNS.includes(attribute.column)) throw clash(facet, attribute.name, where, 'the hub keeps a column of that name');
    if (known && known.type !== attribute.type) throw clash(facet, attribute.name, where, `${known.type} there, ${attribute.type} here`);
    if (!known) found.set(attribute.column, attribute);
  };
  for (const [name, [type, comment]] of Object.entries(FIXED[facet] ?? {})) {
    add({ name, column: snake(name), type, comment, address: ADDRESSES.has(`${facet}.${name}`) }, 'the hub');
  }
  for (const { contract, supply } of entries) {
    for (const [name, column] of Object.entries(supply.attributes)) {
      const field = fieldOf(contract, column);
      const known = found.get(snake(name));
      if (known && FIXED[facet]) continue;
      if (facet === 'identity') throw clash(facet, name, contract.feed, 'identity has no such attribute');
      add({ name, column: snake(name), type: typeOf(contract, supply, column), comment: `${field.title} · ${field.column}`, address: field.type === 'address' }, contract.feed);
    }
  }
  for (const { name, column, address } of [...found.values()]) {
    if (!address) continue;
    add({ name: `${name}Code`, column: `${column}_code`, type: 'text', comment: `standard address code delivered with ${column}`, derived: true }, 'the hub');
    add({ name: `${name}Key`, column: `${column}_key`, type: 'int8', comment: `hash of the normalised ${column}`, derived: true }, 'the hub');
  }
  if (facet === 'identity') {
    add({ name: 'document', column: 'document', type: 'uuid', comment: 'token of the document number', derived: true }, 'the hub');
    add({ name: 'documentKind', column: 'document_kind', type: 'text', comment: 'kind of document', derived: true }, 'the hub');
    if (relation === 'provisional_identity') add({ name: 'division', column: 'division', type: 'text', comment: 'division of residence as its supplier says', derived: true }, 'the hub');
  }
  const all = [...found.values()];
  return [...all.filter(({ type }) => type !== 'text'), ...all.filter(({ type }) => type === 'text')];
}

function supplierOf(contract: FeedContract, supply: SupplyContract, attributes: Attribute[]): Supplier {
  const role = contract.roles.find(({ role: name }) => name === supply.role)!;
  const types = new Map(stagedColumns(contract).map(({ name, type }) => [name, type]));
  const staged = (column: string): string => {
    const found = stagedColumnOf(contract, role, column);
    if (found === null) throw clash(supply.facet, column, contract.feed, `rows of role ${supply.role} do not hold it`);
    return found;
  };
  const values = new Map<string, string>();
  for (const [name, column] of Object.entries(supply.attributes)) {
    const found = staged(column);
    const attribute = attributes.find((one) => one.column === snake(name))!;
    values.set(attribute.column, found === 'subject_key' ? 'case when s.document_kind is not null then s.subject_key end' : `s.${quoted(found)}`);
    if (!attribute.address) continue;
    const ofRole = role.address === column;
    values.set(`${attribute.column}_code`, ofRole ? 's.address_code' : 'null');
    values.set(`${attribute.column}_key`, ofRole ? 's.address_key' : 'null');
  }
  if (supply.facet === 'identity' && 'name' in supply.attributes) {
    values.set('document', 'case when s.document_kind is not null then s.subject_key end');
    values.set('document_kind', 's.document_kind');
    if (!contract.spine && role.division !== undefined) values.set('division', 's.division');
  }
  const dated = (column: string | undefined): string => (column === undefined ? NO_DATE : `s.${quoted(staged(column))}::date`);
  const latest = (supply.latest ?? []).map((column) => sortable(`s.${quoted(staged(column))}`, types.get(staged(column))!));
  return {
    feed: contract.feed,
    relation: feedRelation(contract.feed),
    role: contract.roles.indexOf(role),
    precedence: supply.precedence,
    values,
    since: dated(supply.since),
    until: dated(supply.until),
    when: supply.when === undefined ? 'true'
      : `coalesce(s.${quoted(staged(supply.when.column))} in (${supply.when.in.map((code) => `'${code.replaceAll("'", "''")}'`).join(', ')}), false)`,
    recency: latest.length === 0 ? "''" : latest.join(" || '|' || "),
    claimant: 0,
  };
}

/** Text that sorts as the value does. */
function sortable(column: string, type: string): string {
  switch (type) {
    case 'date': return `coalesce(to_char(${column}, 'YYYYMMDD'), '')`;
    case 'timestamp': return `coalesce(to_char(${column}, 'YYYYMMDDHH24MISS'), '')`;
    case 'int4': return `coalesce(lpad(${column}::text, 12, '0'), '')`;
    default: return `coalesce(${column}, '')`;
  }
}

function typeOf(contract: FeedContract, supply: SupplyContract, column: string): string {
  const role = contract.roles.find(({ role: name }) => name === supply.role)!;
  const staged = stagedColumnOf(contract, role, column);
  const found = stagedColumns(contract).find(({ name }) => name === staged);
  if (!found) throw clash(supply.facet, column, contract.feed, `rows of role ${supply.role} do not hold it`);
  return found.type;
}

function fieldOf(contract: FeedContract, column: string): FieldContract {
  return contract.fields.find((field) => field.column === column)!;
}

/** camelCase → snake_case. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Column names come from contracts; some are words of SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function clash(facet: string, attribute: string, where: string, why: string): HubError {
  return new HubError({
    code: 'HUSHU-reconcile-01',
    zh: `${where} 的契约与专题 ${facet} 的属性 ${attribute} 不符:${why}`,
    en: `The contract ${where} does not fit attribute ${attribute} of facet ${facet}: ${why}`,
    hintZh: '修改契约中 supplies 的属性名或字段类型',
    hintEn: "Change the attribute's name or the field's type in the contract",
  });
}
