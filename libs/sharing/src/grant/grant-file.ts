import type { YamlFile } from '../load/yaml-file.js';
import type { FieldCatalogue } from '../catalogue/field-spec.js';
import { readFields, type Product } from '../catalogue/product.js';
import { OPERATOR_PARTS, PURPOSE_PARTS, type Grant } from './grant.js';

const ID = /^[a-z][a-z0-9-]*$/;

/** Reads one grant; undefined when it has faults, which stand in the file's list. */
export function readGrant(
  file: YamlFile, catalogue: FieldCatalogue, products: ReadonlyMap<string, Product>, departments: ReadonlySet<string>,
): Grant | undefined {
  if (!file.readable) return undefined;
  const id = file.text(['grant'], ID);
  if (id !== undefined && id !== file.stem) file.fault(['grant'], 'name', `与文件名 ${file.stem} 不符`, `differs from the file's name ${file.stem}`);
  const department = file.text(['department'], ID);
  if (department !== undefined && !departments.has(department)) {
    file.fault(['department'], 'unknown-department', `没有这个部门:${department}`, `there is no department ${department}`);
  }
  const named = file.texts(['products']) ?? [];
  const offered = new Set<string>();
  named.forEach((name, i) => {
    const product = products.get(name);
    if (!product) file.fault(['products', i], 'unknown-product', `没有这个目录资源:${name}`, `there is no product ${name}`);
    else if (product.share.class === 'none') file.fault(['products', i], 'not-shared', `目录资源 ${name} 不予共享`, `product ${name} is not shared`);
    else for (const field of product.fields) offered.add(field);
  });
  const grant = {
    id,
    title: file.words(['title']),
    department,
    products: named,
    fields: narrowed(file, catalogue, offered),
    purposes: (file.keys(['purposes']) ?? []).map((code) => ({ code, ...file.words(['purposes', code]) })),
    requires: {
      purpose: parts(file, ['requires', 'purpose'], PURPOSE_PARTS),
      operator: parts(file, ['requires', 'operator'], OPERATOR_PARTS),
    },
    population: {
      kinds: parts(file, ['population', 'kinds'], ['registered', 'provisional'] as const),
      divisions: divisions(file),
    },
    withhold: Array.from({ length: file.length(['withhold']) }, (_, i) => ({
      fields: readFields(file, ['withhold', i, 'fields'], catalogue), under: file.count(['withhold', i, 'under']),
    })),
    quota: { perSecond: file.count(['quota', 'perSecond']), burst: file.count(['quota', 'burst']), perDay: file.count(['quota', 'perDay']) },
    valid: { from: file.date(['valid', 'from']), ...(file.has(['valid', 'to']) && { to: file.date(['valid', 'to']) }) },
    approved: { by: file.words(['approved', 'by']), at: file.date(['approved', 'at']), reference: file.text(['approved', 'reference']) },
  };
  if (grant.purposes.length === 0) file.fault(['purposes'], 'purpose', '至少一个用途', 'at least one purpose');
  if (grant.population.kinds.length === 0) file.fault(['population', 'kinds'], 'population', '至少一类人', 'at least one kind of person');
  file.close();
  return file.faults.length === 0 ? (grant as Grant) : undefined;
}

/** All the products' fields, or those the grant lists of them. */
function narrowed(file: YamlFile, catalogue: FieldCatalogue, offered: ReadonlySet<string>): string[] {
  if (!file.has(['fields'])) return [...offered].sort();
  const fields = readFields(file, ['fields'], catalogue);
  const beyond = fields.filter((field) => !offered.has(field));
  if (beyond.length > 0) {
    file.fault(['fields'], 'beyond-products', `所列目录资源不含:${beyond.join('、')}`, `not in the products listed: ${beyond.join(', ')}`);
  }
  return fields.sort();
}

function parts<T extends string>(file: YamlFile, path: string[], allowed: readonly T[]): T[] {
  return (file.texts(path) ?? []).flatMap((name, i) => {
    if ((allowed as readonly string[]).includes(name)) return [name as T];
    file.fault([...path, i], 'choice', `只能是 ${allowed.join('、')}`, `must be one of ${allowed.join(', ')}`);
    return [];
  });
}

function divisions(file: YamlFile): string[] {
  const list = file.texts(['population', 'divisions']) ?? [];
  list.forEach((prefix, i) => {
    if (prefix !== '*' && !/^\d{2,12}$/.test(prefix)) {
      file.fault(['population', 'divisions', i], 'division', '应为 * 或行政区划代码', 'must be * or a division code');
    }
  });
  if (list.length === 0) file.fault(['population', 'divisions'], 'population', '至少一个区划,或 *', 'at least one division, or *');
  return list;
}
