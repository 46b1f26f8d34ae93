import type { FeedContract, FieldContract, RoleContract, SupplyContract } from '#feeds';
import type { Text } from '#kernel';

/** What lineage needs of a contract, as read or as kept. */
export type LineageContract = Pick<FeedContract, 'feed' | 'title' | 'supplier' | 'origin' | 'fields' | 'roles' | 'checks' | 'identifies' | 'supplies'>;

/**
 * One rule between a supplier's column and the record. type: shape, required; codes: list; check: of rows;
 * linkage: decides whose the row is; survivorship: which supplier's value holds, in order.
 */
export interface LineageRule { id: string; kind: 'type' | 'codes' | 'check' | 'linkage' | 'survivorship'; detail: Record<string, unknown> }

/**
 * One way a supplier's column goes. `use`: value: it is the attribute's; kind: says what kind of document the value is;
 * since, until, latest, when: decides whether and from when the row's values hold; none: it supplies nothing.
 */
export interface FieldStrand {
  feed: string;
  feedTitle: Text;
  supplier: Text;
  origin: FeedContract['origin'];
  column: string;
  title: Text;
  use: 'value' | 'kind' | 'since' | 'until' | 'latest' | 'when' | 'none';
  rules: LineageRule[];
  /** Path of the unified record; null with `none`. */
  attribute: string | null;
}

/** Role parts that a row check compares. */
const CHECKED: Readonly<Record<string, readonly (keyof RoleContract)[]>> = { 'birth-date-differs': ['document', 'birthDate'], 'sex-differs': ['document', 'sex'] };

/** Every way from a supplier's column to the unified record, or to nowhere; feeds, columns and supplies in their contracts' order. */
export function fieldLineage(contracts: readonly LineageContract[]): FieldStrand[] {
  const survivorship = survivorshipRules(contracts);
  return contracts.flatMap((contract) => contract.fields.flatMap((field) => {
    const rules = rulesOf(contract, field);
    const base = { feed: contract.feed, feedTitle: contract.title, supplier: { zh: contract.supplier.zh, en: contract.supplier.en }, origin: contract.origin, column: field.column, title: { zh: field.column, en: field.title } };
    const strands = new Map<string, FieldStrand>();
    for (const supply of contract.supplies) {
      for (const { attribute, use } of usesOf(contract, supply, field)) {
        const key = `${use} ${attribute}`;
        if (!strands.has(key)) strands.set(key, { ...base, use, rules: [...rules, survivorship.get(attribute)!], attribute });
      }
    }
    return strands.size > 0 ? [...strands.values()] : [{ ...base, use: 'none' as const, rules, attribute: null }];
  }));
}

/** A supply's attributes as the unified record names them, with those that come along: a person's document and its kind, an address's code. */
function attributesOf(contract: LineageContract, supply: SupplyContract): { path: string; column: string }[] {
  const role = contract.roles.find((one) => one.role === supply.role);
  const given = Object.entries(supply.attributes).flatMap(([attribute, column]) => {
    const path = `${supply.facet}.${attribute}`;
    const coded = role?.addressCode !== undefined && role.address === column && contract.fields.some((field) => field.column === column && field.type === 'address');
    return [{ path, column }, ...(coded ? [{ path: `${path}Code`, column: role.addressCode! }] : [])];
  });
  if (supply.facet !== 'identity' || !('name' in supply.attributes) || role?.document === undefined) return given;
  return [...given, { path: 'identity.idNumber', column: role.document }, { path: 'identity.documentKind', column: kindColumnOf(contract, role.document) ?? role.document }];
}

function usesOf(contract: LineageContract, supply: SupplyContract, field: FieldContract): { attribute: string; use: Exclude<FieldStrand['use'], 'none'> }[] {
  const { column } = field;
  const deciding = ([['since', supply.since === column], ['until', supply.until === column], ['latest', supply.latest.includes(column)], ['when', supply.when?.column === column]] as const)
    .flatMap(([use, is]) => (is ? [use] : []));
  return attributesOf(contract, supply).flatMap(({ path, column: source }) => [
    ...(source === column ? [{ attribute: path, use: 'value' as const }] : []),
    ...(kindColumnOf(contract, source) === column ? [{ attribute: path, use: 'kind' as const }] : []),
    ...deciding.map((use) => ({ attribute: path, use })),
  ]);
}

function kindColumnOf(contract: LineageContract, column: string): string | undefined {
  const kind = contract.fields.find((field) => field.column === column)?.kind;
  return kind !== undefined && 'column' in kind ? kind.column : undefined;
}

function rulesOf(contract: LineageContract, field: FieldContract): LineageRule[] {
  const place = `${contract.feed}/${field.column}`;
  const rules: LineageRule[] = [{
    id: `type:${place}`, kind: 'type', detail: { type: field.type, required: field.required, onFail: field.on_fail, ...(field.max !== undefined && { max: field.max }), ...(field.future !== undefined && { future: field.future }) },
  }];
  if (field.codes !== undefined) rules.push({ id: `codes:${contract.feed}/${field.codes}`, kind: 'codes', detail: { list: field.codes, onFail: field.on_fail } });
  for (const check of contract.checks) {
    const parts = CHECKED[check.rule] ?? [];
    if (!contract.roles.some((role) => parts.some((part) => role[part] === field.column))) continue;
    rules.push({ id: `check:${contract.feed}/${check.rule}`, kind: 'check', detail: { rule: check.rule, onFail: check.on_fail, scope: check.scope } });
  }
  const identifies = contract.identifies.filter((part) => contract.roles.some((role) => role[part] === field.column));
  if (identifies.length > 0) rules.push({ id: `linkage:${place}`, kind: 'linkage', detail: { identifies } });
  return rules;
}

/** One rule an attribute: its suppliers, the one that goes first first. */
function survivorshipRules(contracts: readonly LineageContract[]): Map<string, LineageRule> {
  const orders = new Map<string, { feed: string; role: string; column: string; precedence: number }[]>();
  for (const contract of contracts) {
    for (const supply of contract.supplies) {
      for (const { path, column } of attributesOf(contract, supply)) {
        orders.set(path, [...orders.get(path) ?? [], { feed: contract.feed, role: supply.role, column, precedence: supply.precedence }]);
      }
    }
  }
  return new Map([...orders].map(([path, order]) => [path, {
    id: `survivorship:${path}`, kind: 'survivorship' as const, detail: { order: order.sort((a, b) => a.precedence - b.precedence || (a.feed < b.feed ? -1 : 1)) },
  }]));
}
