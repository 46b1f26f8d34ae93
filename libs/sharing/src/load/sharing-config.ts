import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { FieldCatalogue, type FieldSpec } from '../catalogue/field-spec.js';
import { readProduct, type Product } from '../catalogue/product.js';
import { readGrant } from '../grant/grant-file.js';
import type { Grant } from '../grant/grant.js';
import { readDepartment, type DepartmentEntry } from './department-file.js';
import { YamlFile, type FileFault } from './yaml-file.js';

/** The district's sharing, as its files say. */
export interface SharingConfig { departments: DepartmentEntry[]; products: Product[]; grants: Grant[] }

/**
 * Reads `departments/`, `products/` and `grants/` of a district's folder whole. A file with a fault gives
 * nothing; all faults come back at once, each with file and line. Reads only, throws for nothing it finds.
 */
export function readSharingConfig(folder: string, fields: readonly FieldSpec[]): { config: SharingConfig; faults: FileFault[] } {
  const catalogue = new FieldCatalogue(fields);
  const faults: FileFault[] = [];
  const read = <T>(part: string, one: (file: YamlFile) => T | undefined): T[] => listFiles(join(folder, part)).flatMap((path) => {
    const file = new YamlFile(path);
    const entry = one(file);
    faults.push(...file.faults);
    return entry === undefined ? [] : [entry];
  });
  const departments = read('departments', readDepartment);
  const products = read('products', (file) => readProduct(file, catalogue));
  const productOf = new Map(products.map((product) => [product.id, product]));
  const known = new Set(departments.map((department) => department.id));
  const grants = read('grants', (file) => readGrant(file, catalogue, productOf, known));
  return { config: { departments, products, grants }, faults };
}

/** All faults as one error, for a command that cannot go on. */
export function faultyConfig(faults: readonly FileFault[]): HubError {
  const shown = (language: 'zh' | 'en'): string => faults.map((fault) => `${fault.file}:${fault.line} ${fault.text[language]}`).join('\n');
  return new HubError({
    code: 'HUSHU-SHARING-01',
    zh: `共享配置有 ${faults.length} 处错误:\n${shown('zh')}`,
    en: `The sharing configuration has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${shown('en')}`,
    hintZh: '逐条改正后再装载', hintEn: 'Cure each of them, then load again',
    details: { faults },
  });
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).sort().map((name) => join(folder, name));
}
