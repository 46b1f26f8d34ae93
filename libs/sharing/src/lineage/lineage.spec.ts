import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readContracts } from '#feeds';
import { fieldLineage, publishedFields, type FieldStrand } from '#registry';
import { readSharingConfig } from '../load/sharing-config.js';
import { lineage, type Lineage, type LineageQuery } from './lineage.js';

const ROOT = join(import.meta.dirname, '../../../..');

describe('lineage of the district', () => {
  let strands: FieldStrand[], paths: string[], of: (query?: LineageQuery) => Lineage, columns: string[];
  beforeAll(async () => {
    const { contracts } = await readContracts(join(ROOT, 'config'));
    const fields = publishedFields(contracts);
    const { config, faults } = readSharingConfig(join(ROOT, 'config'), fields);
    expect(faults).toEqual([]);
    paths = fields.map((field) => field.path);
    columns = contracts.flatMap((contract) => contract.fields.map((field) => `${contract.feed}/${field.column}`));
    strands = fieldLineage(contracts);
    of = (query) => lineage(strands, config.products, config.grants, query);
  });

  it('leads from every column somewhere or nowhere, and to every published field', () => {
    expect([...new Set(strands.map((one) => `${one.feed}/${one.column}`))].sort()).toEqual([...columns].sort());
    const reached = new Set(strands.map((one) => one.attribute));
    // A place is published with room for its standard code, which not every supplier delivers.
    expect(paths.filter((path) => !reached.has(path))).toEqual(['ruralProperty.locationCode']);
    expect([...reached].filter((path) => path !== null && !paths.includes(path))).toEqual([]);
  });

  it('shows what a column decides downstream: rules, attributes, products, departments', () => {
    const { nodes, edges, paths: ways } = of({ feed: 'marriage' });
    expect(ways.length).toBeGreaterThan(5);
    expect(new Set(nodes.filter((node) => node.kind === 'field').map((node) => node.detail['feed']))).toEqual(new Set(['marriage']));
    expect(nodes.find((node) => node.kind === 'field')!.detail['origin']).toBe('local');
    expect(nodes.map((node) => node.id)).toEqual(expect.arrayContaining(['product:marriage', 'grant:demo-civil-affairs', 'department:civil-affairs']));
    expect(edges).toContainEqual({ from: 'product:marriage', to: 'grant:demo-civil-affairs' });
  });

  it('shows where an attribute comes from, the supplier that goes first first', () => {
    const { nodes, edges } = of({ attribute: 'identity.birthDate' });
    const rule = nodes.find((node) => node.id === 'survivorship:identity.birthDate')!;
    const order = rule.detail['order'] as { feed: string; precedence: number }[];
    expect(order.map((one) => one.precedence)).toEqual(order.map((one) => one.precedence).sort((a, b) => a - b));
    expect(order[0]!.feed).toBe('household-registration');
    expect(order.map((one) => one.feed)).toContain('pension');
    const values = edges.filter((edge) => edge.to === rule.id && edge.use === 'value');
    expect(values.length).toBeGreaterThan(1);
    expect(nodes.find((node) => node.id === 'check:pension/birth-date-differs')).toMatchObject({ kind: 'rule', detail: { kind: 'check', rule: 'birth-date-differs', onFail: 'warn' } });
    expect(edges).toContainEqual({ from: rule.id, to: 'attribute:identity.birthDate' });
    // What chooses among a person's rows decides the value, too.
    expect(of({ feed: 'pension', field: '最近缴费月', attribute: 'identity.birthDate' }).paths).toEqual([expect.objectContaining({ use: 'latest' })]);
  });

  it('shows a department no more than it holds', () => {
    const held = of({ department: 'civil-affairs' });
    expect(new Set(held.nodes.filter((node) => node.kind === 'department').map((node) => node.id))).toEqual(new Set(['department:civil-affairs']));
    expect(held.paths.some((way) => way.attribute?.startsWith('health.'))).toBe(false);
    expect(held.paths.some((way) => way.attribute === 'marriage.status' || way.attribute?.startsWith('marriage.'))).toBe(true);
    expect(of({ department: 'civil-affairs', facet: 'health' })).toEqual({ nodes: [], edges: [], paths: [] });
    expect(of({ product: 'nothing' })).toEqual({ nodes: [], edges: [], paths: [] });
  });

  it('joins by the field, not by the product: who holds one field of it is not behind the others', () => {
    const strand = (column: string, attribute: string): FieldStrand => ({ feed: 'f', feedTitle: { zh: '', en: '' }, supplier: { zh: '', en: '' }, origin: 'local', column, title: { zh: '', en: '' }, use: 'value', rules: [], attribute });
    const product = { id: 'p', title: { zh: '', en: '' }, share: { class: 'conditional' }, fields: ['a.x', 'a.y'] } as never;
    const grant = { id: 'g', department: 'd', products: ['p'], fields: ['a.x'] } as never;
    expect(lineage([strand('X', 'a.x'), strand('Y', 'a.y')], [product], [grant], { field: 'Y' })).toMatchObject({
      nodes: [{ id: 'field:f/Y' }, { id: 'attribute:a.y' }, { id: 'product:p' }], paths: [{ shares: [{ product: 'p', grant: null, department: null }] }],
    });
  });
});
