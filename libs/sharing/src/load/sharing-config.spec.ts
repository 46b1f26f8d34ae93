import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FieldSpec } from '../catalogue/field-spec.js';
import { readSharingConfig } from './sharing-config.js';

const CONFIG = join(import.meta.dirname, '../../../../config');
const FACETS = ['identity', 'registration', 'residence', 'residencePermit', 'kin', 'marriage', 'medicalInsurance', 'pension', 'education', 'health', 'housing'];
const FIELDS: FieldSpec[] = FACETS.flatMap((facet) => ['name', 'since'].map((attribute) => ({
  path: `${facet}.${attribute}`, facet, attribute, relation: facet, column: attribute, type: 'text' as const, title: { zh: attribute, en: attribute },
  feeds: ['f'], coverage: 'partial' as const, protection: 'personal' as const,
})));

describe('the district\'s sharing configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-sharing-'));
    for (const part of ['departments', 'products', 'grants']) cpSync(join(CONFIG, part), join(folder, part), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const change = (file: string, from: string | RegExp, to: string): void => {
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(from, to);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
  };
  const faults = (): string[] => readSharingConfig(folder, FIELDS).faults.map((fault) => `${relative(folder, fault.file)}:${fault.line} ${fault.rule}`);

  it('is read whole, with facets spelt out', () => {
    const { config, faults } = readSharingConfig(folder, FIELDS);
    expect(faults).toEqual([]);
    const demo = config.grants.find((grant) => grant.id === 'demo-civil-affairs')!;
    expect(demo.fields).toEqual(expect.arrayContaining(['housing.name', 'identity.name', 'marriage.since', 'registration.name', 'residence.since']));
    expect(demo.fields.some((field) => field.startsWith('health.'))).toBe(false);
    expect(config.departments.map((department) => department.id)).toContain('civil-affairs');
  });

  it('names every fault of every file at once, with its line', () => {
    change('products/marriage.yaml', /^product: .*$/m, 'product: marriages');
    change('products/pension.yaml', /^fields: .*$/m, 'fields: [pension, pension.shoeSize]');
    change('grants/demo-civil-affairs.yaml', /^department: .*$/m, 'department: nobody');
    change('grants/demo-civil-affairs.yaml', /^quota: .*$/m, 'quota: { perSecond: 0, burst: 10, perDay: many }\nspeed: 3');
    change('departments/civil-affairs.yaml', /^title: .*$/m, 'title: { zh: 民政局 }');
    expect(faults()).toEqual([
      'departments/civil-affairs.yaml:3 missing',
      expect.stringMatching(/^products\/marriage.yaml:\d+ name$/),
      expect.stringMatching(/^products\/pension.yaml:\d+ unknown-field$/),
      expect.stringMatching(/^grants\/demo-civil-affairs.yaml:\d+ unknown-department$/),
      expect.stringMatching(/^grants\/demo-civil-affairs.yaml:\d+ unknown-product$/),
      expect.stringMatching(/^grants\/demo-civil-affairs.yaml:\d+ count$/),
      expect.stringMatching(/^grants\/demo-civil-affairs.yaml:\d+ count$/),
      expect.stringMatching(/^grants\/demo-civil-affairs.yaml:\d+ unknown-key$/),
    ]);
  });

  const single: [string, string, RegExp, string, string][] = [
    ['a product without its legal basis', 'products/marriage.yaml', /^ {2}basis:\n(?: {4}.*\n)+/m, '', 'missing'],
    ['a conditional product without conditions', 'products/marriage.yaml', /^ {2}conditions:\n(?: {4}.*\n)+/m, '', 'missing'],
    ['a grant beyond its products', 'grants/demo-civil-affairs.yaml', /^purposes:/m, 'fields: [identity, health.name]\npurposes:', 'beyond-products'],
    ['a grant for no purpose', 'grants/demo-civil-affairs.yaml', /^purposes:\n(?: {2}.*\n)+/m, 'purposes: {}\n', 'purpose'],
    ['a part nobody can require', 'grants/demo-civil-affairs.yaml', /operator: \[id, name, unit\]/, 'operator: [id, shoeSize]', 'choice'],
    ['a population of no division', 'grants/demo-civil-affairs.yaml', /divisions: \[.*\]/, 'divisions: []', 'population'],
    ['a division that is none', 'grants/demo-civil-affairs.yaml', /divisions: \[.*\]/, 'divisions: ["3703%"]', 'division'],
    ['a date that does not exist', 'grants/demo-civil-affairs.yaml', /at: '[^']*'/, 'at: \'2025-13-01\'', 'date'],
    ['YAML that is none', 'departments/civil-affairs.yaml', /^title: .*$/m, 'title: { zh: [', 'yaml'],
    ['a product that is not shared', 'products/registered-population.yaml', /class: conditional/, 'class: none', 'not-shared'],
  ];
  it.each(single)('refuses %s', (_title, file, from, to, rule) => {
    change(file, from, to);
    expect(faults().map((fault) => fault.split(' ')[1])).toContain(rule);
  });

  it('has nothing to say of a folder without files', () => {
    const empty = join(folder, 'none');
    mkdirSync(empty);
    expect(readSharingConfig(empty, FIELDS)).toEqual({ config: { departments: [], products: [], grants: [] }, faults: [] });
  });
});
