import { appendFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { Redrives, type Run } from '#runs';
import { countMatching, Redriver, sealRepairs, Stager, valueToken, type Repair } from '#staging';
import { StagingBench } from '../../../../test/support/staging.js';
import { RedriveLine } from './redrive-line.js';

const ROOT = join(import.meta.dirname, '../../../..');
const FEED = 'library-card';
const [HEADER] = readFileSync(join(ROOT, 'test/feeds/library-card/sample.csv'), 'utf8').split('\n') as [string];

interface Card { no: number; name?: string; division?: string; address?: string; kind?: string; onLoan?: string; at?: string; operation?: string }

const line = ({ no, name = '读者', division = '370399001', address = '书院路1号', kind = 'ADULT', onLoan = '1', at = '20250530101500', operation = '增' }: Card): string =>
  `LC${no},Z,,${name},,男,19990909,${division},,${address},,${kind},正常,20200101,,,${onLoan},,,,,${at},${operation}`;

describe('rejects that are driven again', () => {
  let bench: StagingBench, redrives: Redrives, mended: FeedCatalogue, told: unknown[];
  let day = 0;

  beforeAll(async () => {
    bench = await StagingBench.open(join(ROOT, 'test'));
    redrives = new Redrives(bench.store.database, bench.ledger, systemClock);
    // The same district with one more code in the list that was wrong.
    const config = join(bench.folder, 'config');
    for (const part of ['feeds/library-card', 'codes']) cpSync(join(ROOT, 'test', part), join(config, part), { recursive: true });
    appendFileSync(join(config, 'feeds/library-card/codes/card-kind.csv'), 'GOLD,10,成人卡\n');
    mended = await FeedCatalogue.load(config);
    told = [];
  });
  afterAll(() => bench.close());

  const deliver = async (cards: (Card | string)[], mode: 'full' | 'delta' = 'delta'): Promise<Run> => {
    const file = join(bench.folder, `cards-${++day}.csv`);
    writeFileSync(file, [HEADER, ...cards.map((card) => (typeof card === 'string' ? card : line(card))), ''].join('\n'));
    return bench.deliver(FEED, file, { mode, asOf: new Date(Date.UTC(2025, 5, day)) });
  };
  const order = (filter: object, repairs: Repair[] = []) =>
    redrives.order({ feed: FEED, filter, by: 'officer', repairs: sealRepairs(bench.keys, bench.catalogue.get(FEED), repairs) });
  const orders = (catalogue = bench.catalogue) => new RedriveLine({
    redrives, ledger: bench.ledger, catalogue, worker: 'test', redriver: new Redriver(bench.store.database, bench.keys, join(bench.folder, 'deliveries')),
    onError: (_id, error) => told.push(error),
  });
  /** An order's whole way, as a worker goes it. */
  const drive = async (filter: object, { repairs, catalogue = bench.catalogue }: { repairs?: Repair[]; catalogue?: FeedCatalogue } = {}) => {
    const { id } = await order(filter, repairs);
    await orders(catalogue).perform(id);
    const { run } = (await redrives.find(id))!;
    if (run !== null) await bench.finish(run, { stager: new Stager(bench.store.database, bench.ledger, catalogue, bench.keys, { store: null }) });
    return { order: (await redrives.find(id))!, run: run === null ? null : (await bench.ledger.find(run))! };
  };
  const ends = (run: number) => bench.rows<{ how: string; n: number }>(
    'select how, count(*)::int as n from staging.reject_end where run = $1 group by how order by how', [run]);
  const current = async (no: number) => (await bench.rows<{ name: string; run: number; on_loan: number | null }>(
    'select name, run, on_loan from staging.library_card_row where role = 0 and card_no = $1', [`LC${no}`]))[0];

  it('all go through once the code list is right: 2,000 of them, exactly those, and nothing else changes', async () => {
    const cards = Array.from({ length: 6000 }, (_, no) => ({ no, kind: no % 3 === 0 ? 'GOLD' : 'ADULT', name: no === 3 ? '读, "者"' : '读者' }));
    // One line has quotes and commas in a cell; one has another fault beside.
    const first = await deliver([...cards.map((card) => (card.no === 3 ? line({ ...card, name: '"读者甲"', address: '"书院路, ""东""1号"' }) : card)), { no: 9000, onLoan: '两本' }]);
    expect(first).toMatchObject({ state: 'published', counts: { read: 6001, rejected: 2001, added: 4000 } });
    const before = await bench.rows(`select card_no, run, row_hash from staging.library_card_row where role = 0 order by card_no`);

    expect(await countMatching(bench.store.database, FEED, { rule: 'code-unmapped' })).toBe(2000);
    expect(await countMatching(bench.store.database, FEED, { valueToken: valueToken(bench.keys, FEED, 'GOLD') })).toBe(2000);
    expect(await countMatching(bench.store.database, FEED, { valueToken: valueToken(bench.keys, FEED, 'SILVER') })).toBe(0);
    expect(await countMatching(bench.store.database, FEED, { township: '370399001' })).toBe(2001);

    const { order: done, run } = await drive({ rule: 'code-unmapped' }, { catalogue: mended });
    expect(told).toEqual([]);
    expect(done).toMatchObject({ state: 'done', matched: 2000, doneRows: 2000, leftOut: 0, by: 'officer' });
    expect(run).toMatchObject({ state: 'published', mode: 'delta', redrive: done.id, asOf: first.asOf, counts: { read: 2000, added: 2000, rejected: 0, removed: 0 } });
    expect(await ends(first.id)).toEqual([{ how: 'mended', n: 2000 }]);
    expect(await current(3)).toMatchObject({ name: '读者甲', run: run!.id });
    const [address] = await bench.rows<{ address: string }>(`select address from staging.library_card_row where role = 0 and card_no = 'LC3'`);
    expect(address!.address).toBe('书院路, "东"1号');
    expect(await bench.rows('select card_no, run, row_hash from staging.library_card_row where role = 0 and run = $1 order by card_no', [first.id])).toEqual(before);
    expect(await countMatching(bench.store.database, FEED, {})).toBe(1);
  });

  it('again changes nothing: what is settled does not match any more', async () => {
    const { order: done, run } = await drive({ rule: 'code-unmapped' });
    expect(done).toMatchObject({ state: 'done', matched: 0, run: null });
    expect(run).toBeNull();
  });

  it('with another value in place of the wrong one; what is rejected again points to where', async () => {
    const { order: done, run } = await drive({ field: '在借册数' }, { repairs: [{ column: '在借册数', from: '两本', to: '三本' }] });
    expect(run).toMatchObject({ state: 'published', counts: { read: 1, rejected: 1 } });
    expect(done.repairedColumns).toEqual(['在借册数']);
    expect(await bench.rows('select how, by_run, by_row from staging.reject_end where by_run = $1', [run!.id]))
      .toEqual([{ how: 'rejected-again', by_run: run!.id, by_row: 1 }]);
    const again = await drive({ run: run!.id, row: 1 }, { repairs: [{ run: run!.id, row: 1, column: '在借册数', to: '2' }] });
    expect(again.run).toMatchObject({ state: 'published', counts: { read: 1, added: 1 } });
    expect(await current(9000)).toMatchObject({ on_loan: 2, run: again.run!.id });
    // Values of a repair lie in the store for nobody to read.
    const [{ repairs }] = (await bench.store.database.pool('runs').query('select repairs from runs.redrive where id = $1', [done.id])).rows as [{ repairs: Buffer }];
    expect(repairs.includes('三本')).toBe(false);
    expect(bench.keys.sealer().openBytes(repairs).toString()).toContain('三本');
  });

  it('are closed by a later delivery that brings, removes or rejects them once more, and by a full one that lacks them', async () => {
    const bad = await deliver([{ no: 1, kind: 'X' }, { no: 2, kind: 'X' }, { no: 4, kind: 'X' }, { no: 9101, kind: 'X' }, { no: 9102, kind: 'X' }]);
    expect(bad.counts.rejected).toBe(5);
    const later = await deliver([{ no: 1, name: '改好' }, { no: 2, operation: '删' }, { no: 4, kind: 'Y' }]);
    expect(await bench.rows('select row_no, how, by_run, by_row from staging.reject_end where run = $1 order by row_no', [bad.id])).toEqual([
      { row_no: 1, how: 'mended-by-supplier', by_run: later.id, by_row: null },
      { row_no: 2, how: 'mended-by-supplier', by_run: later.id, by_row: null },
      { row_no: 3, how: 'rejected-again', by_run: later.id, by_row: 3 },
    ]);
    const full = await deliver([...Array.from({ length: 5500 }, (_, no) => ({ no: no + 3, kind: no === 0 ? 'Z' : 'ADULT' })), { no: 9101, kind: 'ADULT' }], 'full');
    expect(full.state).toBe('published');
    expect(await ends(bad.id)).toEqual([{ how: 'mended-by-supplier', n: 3 }, { how: 'rejected-again', n: 1 }, { how: 'withdrawn', n: 1 }]);
    expect(await ends(later.id)).toEqual([{ how: 'mended-by-supplier', n: 1 }]);
  });

  it('do not overwrite what a delivery brought after they were ordered', async () => {
    const bad = await deliver([{ no: 5, kind: 'GOLD', name: '旧名' }, { no: 6, kind: 'GOLD', name: '旧名' }]);
    const { id } = await order({ run: bad.id });
    await orders(mended).perform(id);
    const run = (await redrives.find(id))!.run!;
    // A delivery that was already on its way is published first.
    const owner = await bench.store.database.connect('runs');
    await owner.query(`update runs.run set state = 'held' where id = $1`, [run]);
    await deliver([{ no: 5, name: '新名', at: '20250530101500' }]);
    await owner.query(`update runs.run set state = 'accepted' where id = $1`, [run]);
    await owner.end();
    const ended = await bench.finish(run, { stager: new Stager(bench.store.database, bench.ledger, mended, bench.keys, { store: null }) });
    expect(ended).toMatchObject({ state: 'published', counts: { read: 2, changed: 1, unchanged: 1 } });
    expect(ended.asOf).toEqual(new Date(Date.UTC(2025, 5, day)));
    expect(await current(5)).toMatchObject({ name: '新名' });
    expect(await current(6)).toMatchObject({ name: '旧名' });
    expect(await ends(bad.id)).toEqual([{ how: 'mended', n: 1 }, { how: 'mended-by-supplier', n: 1 }]);
  });

  it('are left alone by an order that is cancelled, whenever that is, and by lines that have no cells', async () => {
    const bad = await deliver([{ no: 7, kind: 'GOLD' }, 'LC8,"nobody closes this', { no: 8, kind: 'GOLD' }]);
    const { id } = await order({ run: bad.id });
    const claimed = (await redrives.claim(id, 'other'))!;
    expect(await redrives.cancel(id, 'officer')).toBe(true);
    await expect(redrives.end(claimed.lease, null)).rejects.toMatchObject({ code: 'HU001' });
    await orders(mended).perform(id);
    expect(await redrives.find(id)).toMatchObject({ state: 'cancelled', run: null });
    expect(await ends(bad.id)).toEqual([]);

    const { order: done, run } = await drive({ run: bad.id }, { catalogue: mended });
    expect(done).toMatchObject({ state: 'done', matched: 3, doneRows: 2, leftOut: 1 });
    expect(run!.counts).toMatchObject({ read: 2, rejected: 0 });
    expect(await bench.rows('select row_no, how from staging.reject_end where run = $1 order by row_no', [bad.id]))
      .toEqual([{ row_no: 1, how: 'mended' }, { row_no: 3, how: 'mended' }]);
    expect(await redrives.cancel(done.id, 'officer')).toBe(false);
  });

  it('fail at once where trying again cannot help, and say so', async () => {
    const owner = await bench.store.database.connect('migrate');
    await owner.query('revoke insert on staging.redriven from hushu_staging');
    const { id } = await order({ rule: 'code-unmapped' });
    await orders().perform(id);
    await owner.query('grant insert on staging.redriven to hushu_staging');
    await owner.end();
    expect(await redrives.find(id)).toMatchObject({ state: 'failed', reason: { rule: 'HUSHU-WORKER-06', text: { en: 'Driving rejects again went wrong (42501)' } } });
    expect(told.splice(0)).toEqual([expect.objectContaining({ code: '42501' })]);
  });

  it('leave one sealed file an order, nothing half written, and no clear text', async () => {
    const folder = join(bench.folder, 'deliveries', FEED);
    const files = readdirSync(folder);
    const { rows } = await bench.store.database.pool('runs').query<{ stored_path: string }>('select stored_path from runs.run where redrive is not null');
    expect(files.map((file) => join(folder, file)).sort()).toEqual(rows.map((row) => row.stored_path).sort());
    for (const file of files) expect(readFileSync(join(folder, file)).includes('书院路')).toBe(false);
    expect(told).toEqual([]);
  });
});
