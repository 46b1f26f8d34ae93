import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContractDefinition } from '#feeds';
import { systemClock } from '#kernel';
import { Drifts, FetchLedger, putContractsInForce, readTimeline, type Drift, type FetchState, type Run } from '#runs';
import { amendCatalogue, decideDrift, FetchedDeliveries } from '#staging';
import pg from 'pg';
import { emptyDatabase } from '../../../../test/support/database.js';
import { StagingBench } from '../../../../test/support/staging.js';
import { FetchLine } from './fetch.js';

const ROOT = join(import.meta.dirname, '../../../..');
const FEED = 'places';
const BY = { by: '张科长', reason: '供数部门来函说明' };

const contractOn = (url: URL): string => `
feed: ${FEED}
title: { zh: 场所, en: Places }
supplier: { id: fiction-post, zh: 虚构邮局, en: Fiction Post }
origin: local
coverage: partial
transport: { kind: postgres, host: ${url.hostname}, port: ${url.port}, database: ${url.pathname.slice(1)}, table: place, user: ${url.username}, credential: front, columns: { 名称: mc } }
format: { kind: ndjson }
mode: full
asOf: { fileName: '(\\d{14})' }
schedule: { every: month }
freshness: { overdueAfterDays: 40 }
limits: { shrink: 100%, rejects: 100% }
key: [编号]
fields:
  编号: { as: place_no, title: Number, type: text, required: true }
  名称: { as: place_name, title: Name, type: text, required: true }
  经度: { as: longitude, title: Longitude, type: decimal }
  备注: { as: note, title: Note, type: text }
  建成日期: { as: built_on, title: Built, type: date }
`;

describe('what a supplier changed of its table', () => {
  let folder: string, bench: StagingBench, front: pg.Client, drop: () => Promise<void>, fetches: FetchLedger, line: FetchLine, drifts: Drifts;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hushu-table-drift-'));
    const database = await emptyDatabase();
    ({ drop } = database);
    front = new pg.Client({ connectionString: database.url });
    await front.connect();
    await front.query('create table place ("编号" text, mc text, "经度" numeric, "备注" text, "建成日期" date, "内部号" int)');
    await front.query(`insert into place select n, '场所' || n, 118, null, '2020-01-01', n from generate_series(1, 6) n`);
    const config = join(folder, 'config');
    cpSync(join(ROOT, 'test/codes'), join(config, 'codes'), { recursive: true });
    mkdirSync(join(config, 'feeds', FEED), { recursive: true });
    writeFileSync(join(config, 'feeds', FEED, 'feed.yaml'), contractOn(new URL(database.url)));
    bench = await StagingBench.open(config);
    await putContractsInForce<ContractDefinition>(bench.store.database, bench.catalogue.definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition })), 'test', () => ({}));
    fetches = new FetchLedger(bench.store.database, bench.ledger);
    drifts = new Drifts(bench.store.database, bench.ledger);
    line = new FetchLine({
      fetches, catalogue: bench.catalogue, amend: () => amendCatalogue(bench.store.database, bench.catalogue), deliveries: new FetchedDeliveries(join(folder, 'deliveries'), bench.keys, fetches),
      clock: systemClock, worker: 'test', credential: async () => decodeURIComponent(new URL(database.url).password), onError: () => undefined,
    });
    await line.schedule();
  });
  afterAll(async () => {
    await bench?.close();
    await front?.end();
    await drop?.();
    await rm(folder, { recursive: true, force: true });
  });

  /** A fetch, and its delivery taken to its end. */
  async function fetch(asked = true): Promise<{ fetched: FetchState; run: Run | null }> {
    const before = (await bench.ledger.list({})).map(({ id }) => id);
    if (asked) await fetches.ask(FEED);
    await line.fetch(FEED);
    const run = (await bench.ledger.list({})).find(({ id }) => !before.includes(id));
    return { fetched: (await fetches.find(FEED))!, run: run === undefined ? null : await bench.finish(run.id) };
  }
  const inbox = (state: Drift['state'] = 'open'): Promise<Drift[]> => drifts.list({ feed: FEED, state }, { limit: 50 });
  const brief = async (): Promise<string[]> => (await inbox()).map(({ kind, field, subject }) => [kind, field, subject].filter((word) => word !== '').join(' ')).sort();
  const of = async (kind: Drift['kind']): Promise<number> => (await inbox()).find((one) => one.kind === kind)!.id;

  it('is a column more: it is read on, and the entry stays until somebody accepts it', async () => {
    const { fetched, run } = await fetch();
    expect([fetched.outcome, run?.state, run?.counts.added]).toEqual(['fetched', 'published', 6]);
    expect(await brief()).toEqual(['column-new 内部号']);
    expect((await inbox())[0]).toMatchObject({ seen: 1, firstRun: null, lastRun: null, contractVersion: bench.catalogue.get(FEED).version, detail: { position: 6 } });
    await fetch();
    expect((await inbox())[0]).toMatchObject({ seen: 2 });
    expect(await decideDrift(drifts, await of('column-new'), { verb: 'accept', ...BY })).toMatchObject({ drift: { amendments: [{ kind: 'ignore', column: '内部号' }] }, retry: [], fetching: false });
    await fetch();
    expect(await brief()).toEqual([]);
  });

  it('is a column renamed and one dropped: mapped and accepted, the table is read again at once', async () => {
    await front.query(`alter table place rename mc to "场所名称"; alter table place drop "备注"; update place set "场所名称" = '新名' where "编号" = '1'`);
    const { fetched, run } = await fetch();
    expect([fetched.outcome, fetched.reason?.rule, run]).toEqual(['failed', 'transport-source', null]);
    expect(fetched.reason?.hint?.zh).toContain('hushu drift list');
    expect(await brief()).toEqual(['column-missing 备注', 'column-renamed 名称 场所名称']);
    expect((await inbox()).map(({ detail }) => detail)).toEqual(expect.arrayContaining([
      { type: 'text', required: false }, { likeness: expect.any(Number), position: 2, type: 'text', required: true, source: 'mc' }]));
    await expect(decideDrift(drifts, await of('column-missing'), { verb: 'map', ...BY, to: '经度' })).rejects.toMatchObject({ code: 'HUSHU-STAGING-11' });
    expect(await fetches.due()).toEqual([]);
    expect(await decideDrift(drifts, await of('column-renamed'), { verb: 'map', ...BY })).toMatchObject({ drift: { mappedTo: '名称' }, retry: [], fetching: true });
    expect(await fetches.due()).toEqual([FEED]);
    // It still lacks the other one.
    expect((await fetch(false)).fetched).toMatchObject({ outcome: 'failed', reason: { text: { en: 'The table place has no column 备注.' } } });
    expect(await brief()).toEqual(['column-missing 备注']);
    const { contractVersion } = (await decideDrift(drifts, await of('column-missing'), { verb: 'accept', ...BY }))!;
    expect(await fetch(false)).toMatchObject({ fetched: { outcome: 'fetched', reason: null }, run: { state: 'published', contractVersion, counts: { read: 6, unchanged: 5, changed: 1, removed: 0 } } });
    expect(await bench.rows(`select place_name from staging.places where place_no = '1'`)).toEqual([{ place_name: '新名' }]);
    expect(await brief()).toEqual([]);
    const { entries } = await readTimeline(bench.store.database.pool('operations'), FEED, null, 100);
    expect(entries.filter(({ kind }) => kind.startsWith('drift')).map(({ kind, run: by, detail }) => `${kind} ${by} ${detail['field']}`)).toEqual([
      'drift-accepted null 备注', 'drift-mapped null 名称', expect.stringMatching(/^drift null /), expect.stringMatching(/^drift null /), 'drift-accepted null 内部号', 'drift null 内部号']);
  });

  it('is a type the contract cannot be read from, told by the catalogue where values are too few to tell', async () => {
    await front.query(`delete from place where "编号" > '3'; alter table place alter "建成日期" type boolean using true`);
    expect(await fetch()).toMatchObject({ fetched: { outcome: 'fetched' }, run: { state: 'published', counts: { read: 3, rejected: 3 } } });
    expect(await brief()).toEqual(['column-retyped 建成日期']);
    await decideDrift(drifts, await of('column-retyped'), { verb: 'accept', ...BY });
    expect(await fetch()).toMatchObject({ run: { state: 'published', counts: { read: 3, rejected: 0 } } });
    expect(await brief()).toEqual([]);
  });

  it('stops the feed, or goes by itself; another table is no drift at all', async () => {
    await front.query('alter table place add "多一列" text');
    await fetch();
    await decideDrift(drifts, await of('column-new'), { verb: 'stop', ...BY });
    await front.query(`insert into place ("编号", "场所名称") values ('9', '场所九')`);
    expect(await fetch()).toMatchObject({ fetched: { outcome: 'fetched' }, run: { state: 'held', reason: { rule: 'feed-stopped' } } });
    const [{ id }] = await inbox('stopped') as [Drift];
    const { resumed } = (await decideDrift(drifts, id, { verb: 'resume', ...BY }))!;
    expect(await Promise.all(resumed.map((run) => bench.finish(run)))).toMatchObject([{ state: 'published', counts: { added: 1 } }]);
    await front.query('alter table place drop "多一列"; alter table place rename to kept; create table place (a text, b text)');
    expect(await fetch()).toMatchObject({ fetched: { outcome: 'failed', reason: { rule: 'transport-source' } } });
    expect(await brief()).toEqual(['column-new 多一列']);
    await front.query('drop table place; alter table kept rename to place');
    await fetch();
    expect(await brief()).toEqual([]);
    expect((await inbox('settled')).map(({ field }) => field)).toEqual(['多一列']);
  });
});
