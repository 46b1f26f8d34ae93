import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubCodes } from './code-map.js';
import { readContract, readContracts, readHubCodes, readSources } from './read-contract.js';

const here = import.meta.dirname;
const root = join(here, '../../../..');
const fiction = join(root, 'test');

/** A fixture's name is the rule it must break, up to a dot; the line that says `here` is where. */
const ruleOf = (name: string): string => name.replace(/\..*$/, '');
const lineOf = (text: string, mark = 'here'): number => text.split('\n').findIndex((line) => new RegExp(`(# |,)${mark}$`).test(line)) + 1;
const files = (folder: string, extension: string): string[] => readdirSync(join(here, folder)).filter((name) => name.endsWith(extension));

let hubCodes: HubCodes;
beforeAll(async () => {
  hubCodes = (await readHubCodes(fiction)).hubCodes;
});

function faultsOf(yaml: string, codes: Record<string, string> = {}) {
  const sources = new Map([['feed.yaml', yaml], ...Object.entries(codes)]);
  const read = readSources('feeds/parcel', sources, hubCodes);
  return { ...read, faults: [...(read.file?.faults ?? []), ...read.faults] };
}

describe('a contract that is sound', () => {
  it.each(files('ok', '.yaml'))('%s', (name) => {
    const { contract, faults } = faultsOf(readFileSync(join(here, 'ok', name), 'utf8'));
    expect(faults).toEqual([]);
    expect(contract?.feed).toBe('parcel');
  });

  it('keeps its columns in file order and fills what it leaves unsaid', () => {
    const { contract } = faultsOf(readFileSync(join(here, 'ok/places-only.yaml'), 'utf8'));
    expect(contract).toMatchObject({
      spine: false, roles: [], facts: [], checks: [], identifies: [], supplies: [], limits: { shrink: 0, rejects: 1 },
      format: { kind: 'csv', encoding: 'utf-8', delimiter: ',', limits: { rowBytes: 1048576, rows: 20000000, columns: 200, inflatedBytes: 2147483648, ratio: 200 } },
    });
    expect(contract?.fields).toEqual([
      { column: '编号', as: 'place_no', title: 'Number', type: 'text', required: true, on_fail: 'reject', protection: 'normal' },
      { column: '经度', as: 'longitude', title: 'Longitude', type: 'decimal', required: false, on_fail: 'reject', protection: 'normal' },
    ]);
    expect(contract?.asOf.fileName.exec('x-20250601.csv')?.[1]).toBe('20250601');
  });

  it('keeps columns whose names are numbers in file order too', () => {
    const yaml = readFileSync(join(here, 'ok/places-only.yaml'), 'utf8')
      .replace('  经度:', "  '2': { as: second, title: Second, type: text }\n  '1': { as: first, title: First, type: text }\n  经度:");
    expect(faultsOf(yaml).contract?.fields.map((field) => field.column)).toEqual(['编号', '2', '1', '经度']);
  });

  it('protects numbers as numbers, names and addresses as personal, and a sensitive feed as a whole', () => {
    const yaml = readFileSync(join(here, 'ok/every-part.yaml'), 'utf8');
    const protectionOf = (text: string) => Object.fromEntries(faultsOf(text).contract?.fields.map((f) => [f.column, f.protection]) ?? []);
    expect(protectionOf(yaml)).toMatchObject({ 证件号码: 'number', 姓名: 'personal', 生日: 'normal' });
    expect(protectionOf(`protection: sensitive\n${yaml}`)).toMatchObject({ 证件号码: 'number', 姓名: 'sensitive', 生日: 'sensitive' });
  });

  it('reads its own codes, and the hub’s where it has none', () => {
    const yaml = readFileSync(join(here, 'ok/every-part.yaml'), 'utf8');
    const { codes, faults } = faultsOf(yaml, { 'codes/card-status.csv': '\uFEFFsupplier,hub,zh\r\n"OPEN, NEW",1,可用\r\nFROZEN,2,冻结\r\n' });
    expect(faults).toEqual([]);
    expect([...(codes.get('card-status')?.entries ?? [])]).toEqual([['OPEN, NEW', '1'], ['FROZEN', '2']]);
    expect([...(codes.get('sex')?.entries ?? [])]).toEqual([['0', '0'], ['1', '1'], ['2', '2'], ['9', '9']]);
  });

  it('may bring a code list of its own, with the words of its codes', () => {
    const yaml = readFileSync(join(here, 'ok/every-part.yaml'), 'utf8').replace('codes: card-status', 'codes: parcel-status');
    const { codes, contract, faults } = faultsOf(yaml, { 'codes/parcel-status.csv': readFileSync(join(here, 'ok/codes/parcel-status.csv'), 'utf8') });
    expect(faults).toEqual([]);
    expect(contract?.fields.find((field) => field.column === '状态')?.codes).toBe('parcel-status');
    expect([...(codes.get('parcel-status')?.entries ?? [])]).toEqual([['POSTED', '1'], ['ON THE WAY', '1'], ['LOST, GONE', '9']]);
  });

  it('has another version when its codes change, and the same one on another line end', () => {
    const yaml = readFileSync(join(here, 'ok/every-part.yaml'), 'utf8');
    const codes = 'supplier,hub,zh\nOPEN,1,可用\n';
    const versionOf = (text: string, csv?: string) => faultsOf(text, csv === undefined ? {} : { 'codes/card-status.csv': csv }).contract?.version;
    const version = versionOf(yaml, codes);
    expect(version).toMatch(/^[0-9a-f]{64}$/);
    expect(versionOf(yaml.replaceAll('\n', '\r\n'), codes)).toBe(version);
    expect(versionOf(yaml, codes.replace('OPEN', 'NEW'))).not.toBe(version);
    expect(versionOf(yaml)).not.toBe(version);
  });
});

describe('a contract that is not', () => {
  it.each(files('not-ok', '.yaml'))('%s', (name) => {
    const yaml = readFileSync(join(here, 'not-ok', name), 'utf8');
    const { contract, faults } = faultsOf(yaml);
    expect(contract).toBeNull();
    expect(faults.map(({ file, line, rule }) => ({ file, line, rule }))).toEqual([{ file: 'feeds/parcel/feed.yaml', line: lineOf(yaml), rule: ruleOf(name) }]);
    expect(faults[0].text).toEqual({ zh: expect.stringMatching(/[\u4e00-\u9fff]/), en: expect.stringMatching(/[a-z]/) });
    expect(faults[0].text.zh + faults[0].text.en).not.toMatch(/undefined|\[object/);
  });

  it.each(files('not-ok/codes', '.csv'))('codes/%s', (name) => {
    const csv = readFileSync(join(here, 'not-ok/codes', name), 'utf8');
    const { faults } = faultsOf(readFileSync(join(here, 'ok/every-part.yaml'), 'utf8'), { 'codes/card-status.csv': csv });
    expect(faults).toMatchObject([{ file: 'feeds/parcel/codes/card-status.csv', line: lineOf(csv) || 1, rule: ruleOf(name) }]);
  });

  it.each(files('not-ok/own-codes', '.csv'))('own-codes/%s', (name) => {
    const csv = readFileSync(join(here, 'not-ok/own-codes', name), 'utf8');
    const yaml = readFileSync(join(here, 'ok/every-part.yaml'), 'utf8').replace('codes: card-status', 'codes: parcel-status');
    const { contract, faults } = faultsOf(yaml, { 'codes/parcel-status.csv': csv });
    expect(contract).toBeNull();
    expect(faults).toMatchObject([{ file: 'feeds/parcel/codes/parcel-status.csv', line: lineOf(csv), rule: ruleOf(name) }]);
  });

  it('supplies by a code its own list does not have', () => {
    const yaml = readFileSync(join(here, 'ok/every-part.yaml'), 'utf8').replace('codes: card-status', 'codes: parcel-status').replace("in: ['1']", "in: ['7']");
    const { faults } = faultsOf(yaml, { 'codes/parcel-status.csv': readFileSync(join(here, 'ok/codes/parcel-status.csv'), 'utf8') });
    expect(faults).toMatchObject([{ file: 'feeds/parcel/feed.yaml', rule: 'code-unknown' }]);
  });

  it('names everything that is wrong at once', () => {
    const yaml = readFileSync(join(here, 'not-ok/several/three-at-once.yaml'), 'utf8');
    const rules = ['value-unknown', 'key-unknown', 'share-range', 'column-unknown'];
    const found = faultsOf(yaml).faults.map(({ line, rule }) => `${line} ${rule}`).sort();
    expect(found).toEqual(rules.map((rule) => `${lineOf(yaml, rule)} ${rule}`).sort());
  });

  it.each(['', '- just\n- a list\n', 'feed: parcel\nfields: []\nroles: 3\nsupplies: [1]\nkey: x\nformat: csv\n'])('survives what is hardly a contract: %j', (yaml) => {
    const { contract, faults } = faultsOf(yaml);
    expect(contract).toBeNull();
    expect(faults.length).toBeGreaterThan(0);
  });
});

describe('a district', () => {
  it.each(readdirSync(join(here, 'not-ok/district')))('not ok: %s', async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-district-'));
    try {
      await cp(join(here, 'not-ok/district', name), folder, { recursive: true });
      await cp(join(fiction, 'codes'), join(folder, 'codes'), { recursive: true });
      const { faults, contracts } = await readContracts(folder);
      expect(faults.map((fault) => fault.rule)).toEqual([ruleOf(name)]);
      const [fault] = faults;
      const text = fault.rule === 'file-missing' ? '' : readFileSync(join(folder, fault.file), 'utf8');
      expect(fault.line).toBe(lineOf(text) || 1);
      // The others stand.
      expect(contracts.map((c) => `feeds/${c.feed}/feed.yaml`)).not.toContain(fault.file);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names the faults of its own code lists', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-district-'));
    try {
      await cp(join(fiction, 'codes'), join(folder, 'codes'), { recursive: true });
      await writeFile(join(folder, 'codes/sex.csv'), 'code,zh,en\n1,男,Male\n1,女,Female\n');
      expect((await readContracts(folder)).faults).toMatchObject([{ file: 'codes/sex.csv', line: 3 }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('of the fiction is sound', async () => {
    const { contracts, faults, codes } = await readContracts(fiction);
    expect(faults).toEqual([]);
    expect(contracts.map((c) => c.feed)).toContain('library-card');
    expect([...(codes.get('library-card')?.get('card-kind')?.entries ?? [])]).toContainEqual(['KID', '20']);
  });

  it('of config is sound: one spine, first, and every value type’s column once', async () => {
    const { contracts, faults } = await readContracts(join(root, 'config'));
    expect(faults).toEqual([]);
    expect(contracts.filter((c) => c.spine)).toHaveLength(1);
    expect(contracts[0].spine).toBe(true);
    for (const contract of contracts) expect(new Set(contract.fields.map((f) => f.as)).size).toBe(contract.fields.length);
  });

  it('reads one folder by itself', async () => {
    const { contract, faults } = await readContract(join(fiction, 'feeds/library-card'), hubCodes);
    expect(faults).toEqual([]);
    expect(contract?.roles.map((role) => `${role.role} ${role.payload}`)).toEqual(['holder true', 'guarantor false']);
  });
});
