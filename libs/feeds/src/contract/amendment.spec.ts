import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { amend, amendDefinition, columnReading, type Amendment } from './amendment.js';
import { FeedCatalogue } from './feed-catalogue.js';

const FEED = 'library-card';
const ALIAS: Amendment = { kind: 'alias', column: '电话', delivered: '手机号码' };
const IGNORE: Amendment = { kind: 'ignore', column: '备注' };
const CODE: Amendment = { kind: 'code', list: 'card-status', supplier: '挂失', hub: '2' };

describe('a contract with amendments', () => {
  let catalogue: FeedCatalogue, version: string;
  beforeAll(async () => {
    catalogue = await FeedCatalogue.load(join(import.meta.dirname, '../../../../test'));
    version = catalogue.get(FEED).version;
  });
  const amended = (...amendments: Amendment[]) => {
    catalogue.amend([{ feed: FEED, amendments }]);
    return catalogue.get(FEED);
  };

  it('has a version of its own, the same in whatever order they were made, and in the definition that is kept', () => {
    const both = amended(ALIAS, CODE).version;
    expect(both).not.toBe(version);
    expect(amended(CODE, ALIAS).version).toBe(both);
    const kept = catalogue.definitions.find(({ feed }) => feed === FEED)!;
    expect(kept).toMatchObject({ version: both, amended: { folderVersion: version }, codes: { 'card-status': { entries: { 挂失: '2', 正常: '1' } } } });
    amended();
    const folder = catalogue.definitions.find(({ feed }) => feed === FEED)!;
    expect(folder.version).toBe(version);
    expect(amendDefinition(amendDefinition(folder, [CODE]), [ALIAS])).toMatchObject({ version: both, codes: kept.codes });
    // The store gives keys back in an order of its own.
    expect(amended({ delivered: '手机号码', kind: 'alias', column: '电话' }, CODE).version).toBe(both);
  });

  it('lets amendments fall away that the folder has taken up, or has no place for any more', () => {
    const gone: Amendment[] = [
      { kind: 'ignore', column: '姓名' }, { kind: 'alias', column: '电话', delivered: '姓名' }, { kind: 'alias', column: '没有', delivered: 'x' }, { kind: 'absent', column: '姓名' }, { kind: 'absent', column: '没有' },
      { kind: 'empty', column: '在借册数', type: 'text' }, { kind: 'code', list: 'card-status', supplier: '正常', hub: '2' }, { kind: 'code', list: 'card-status', supplier: 'x', hub: '9' }, { kind: 'code', list: 'nothing', supplier: 'x', hub: '1' },
    ];
    for (const one of gone) expect([one, catalogue.stands(FEED, [one])]).toEqual([one, false]);
    expect(amended(...gone).version).toBe(version);
    expect(amended(...gone, IGNORE).amended).toEqual({ folderVersion: version, amendments: [IGNORE] });
    // A table's folder says itself what a column is called there.
    const contract = catalogue.get(FEED);
    const table = (called: string) => amend({ ...contract, amended: undefined, transport: { kind: 'postgres', columns: new Map([['电话', called]]) } }, new Map(), [ALIAS]).contract.amended;
    expect([table('手机号码'), table('dh')?.amendments]).toEqual([undefined, [ALIAS]]);
    for (const one of [ALIAS, IGNORE, CODE, { kind: 'absent', column: '电话' }, { kind: 'empty', column: '在借册数', type: 'integer' }] as Amendment[]) expect(catalogue.stands(FEED, [one])).toBe(true);
  });

  it('is read by its own version to the end, and earlier ones can still be had', () => {
    const before = amended(ALIAS);
    catalogue.amend([{ feed: FEED, amendments: [ALIAS, IGNORE] }], [{ feed: FEED, folderVersion: version, amendments: [ALIAS] }, { feed: FEED, folderVersion: 'another', amendments: [CODE] }]);
    expect(catalogue.ofVersion(FEED, version)?.amended).toBeUndefined();
    expect(catalogue.ofVersion(FEED, before.version)).toBe(before);
    expect([...columnReading(catalogue.ofVersion(FEED, before.version)!).ignored]).toEqual([]);
    expect([...columnReading(catalogue.get(FEED)).ignored]).toEqual(['备注']);
    expect(catalogue.ofVersion(FEED, 'another')).toBeUndefined();
    // Other feeds are as they were.
    expect(catalogue.get('library-card-xlsx').amended).toBeUndefined();
  });

  it('binds a header by them: other names, passed over, absent, never read', () => {
    const contract = amended(ALIAS, IGNORE, { kind: 'absent', column: '旧名' }, { kind: 'empty', column: '在借册数', type: 'integer' });
    const reader = catalogue.rowReader(contract, 20991231);
    const columns = contract.fields.map(({ column }) => column);
    expect(reader.bind([...columns.filter((column) => column !== '旧名').map((column) => (column === '电话' ? '手机号码' : column)), '备注'])).toEqual({ missing: [], unknown: [] });
    expect(['电话', '旧名', '在借册数'].map((column) => reader.cellOf(column) >= 0)).toEqual([true, false, false]);
    expect(reader.cells).toBe(columns.length);
    // Its own name goes before another.
    expect(reader.bind([...columns, '手机号码'])).toEqual({ missing: [], unknown: [] });
    expect(reader.cellOf('电话')).toBe(columns.indexOf('电话'));
    expect(reader.bind([...columns.slice(1), '某列'])).toEqual({ missing: [columns[0]], unknown: ['某列'] });
  });
});
