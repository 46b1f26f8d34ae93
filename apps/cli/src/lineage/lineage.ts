import { fieldLineage, type LineageContract } from '#registry';
import { contractsInForce } from '#runs';
import { lineage, listGrants, listProducts, type LineageQuery } from '#sharing';
import type { Work } from '../frame/command.js';
import { withStore } from '../frame/store.js';

const HEADINGS = [
  { zh: '数据源', en: 'Feed' }, { zh: '来源列', en: 'Column' }, { zh: '作用', en: 'Use' }, { zh: '规则', en: 'Rules' }, { zh: '属性', en: 'Attribute' },
  { zh: '目录资源', en: 'Products' }, { zh: '部门', en: 'Departments' },
];

/** Every way from a supplier's column to the departments that hold it, as far as the options ask. */
export const show: Work<LineageQuery> = ({ output, options }) => withStore(async ({ database }) => {
  const { feed, field, facet, attribute, product, department } = options;
  const [contracts, products, grants] = await Promise.all([
    contractsInForce<LineageContract>(database.pool('operations')), listProducts(database), listGrants(database),
  ]);
  const found = lineage(fieldLineage(contracts.map((contract) => contract.definition)), products, grants, { feed, field, facet, attribute, product, department });
  const list = (names: (string | null)[]): string => [...new Set(names.filter((name) => name !== null))].join(', ');
  output.data(found, () => output.table(HEADINGS, found.paths.map((path) => [
    path.feed, path.field, path.use, list(path.rules.map((rule) => rule.split(':')[0]!)), path.attribute ?? '',
    list(path.shares.map((share) => share.product)), list(path.shares.map((share) => share.department)),
  ])));
});
