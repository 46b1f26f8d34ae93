import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { transportFault, type Arrival } from '#feeds';
import { FetchLedger, type Run } from '#runs';
import { amendCatalogue, FetchedDeliveries, openDelivery } from '#staging';
import { StagingBench } from '../../../../test/support/staging.js';
import { FetchLine } from './fetch.js';
import { Line } from './line.js';

const ROOT = join(import.meta.dirname, '../../../..');
const FEED = 'library-card';
const SAMPLE = readFileSync(join(ROOT, 'test/feeds', FEED, 'sample.csv'));
/** A Tuesday; the feed's slot is each Monday at five in Beijing. */
const NOW = new Date('2026-01-06T02:00:00Z');
const NEXT_SLOT = new Date('2026-01-11T21:00:00Z');

describe('fetching from a folder', () => {
  let folder: string, drop: string, store: string, bench: StagingBench, fetches: FetchLedger, deliveries: FetchedDeliveries, fetchLine: FetchLine, line: Line, told: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-fetch-'));
    drop = join(folder, 'drop');
    store = join(folder, 'deliveries');
    const config = join(folder, 'config');
    cpSync(join(ROOT, 'test/codes'), join(config, 'codes'), { recursive: true });
    cpSync(join(ROOT, 'test/feeds', FEED), join(config, 'feeds', FEED), { recursive: true });
    const contract = join(config, 'feeds', FEED, 'feed.yaml');
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('{ kind: file }', `{ kind: folder, folder: ${drop}, done: move }`));
    bench = await StagingBench.open(config);
    fetches = new FetchLedger(bench.store.database, bench.ledger);
    deliveries = new FetchedDeliveries(store, bench.keys, fetches);
    const parts = { database: bench.store.database, ledger: bench.ledger, catalogue: bench.catalogue, stager: bench.stager, worker: 'test' };
    line = new Line({ ...parts, onError: (_run, step, error) => told.push(`${step} ${String(error)}`) });
    fetchLine = new FetchLine({
      fetches, deliveries, catalogue: bench.catalogue, amend, worker: 'test', clock: { now: () => NOW },
      credential: async (name) => { throw transportFault('credential-missing', name, name); },
      onError: (feed, error) => told.push(`${feed} ${(error as { code?: string }).code}`),
    });
  });
  afterAll(async () => {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    told = [];
    rmSync(drop, { recursive: true, force: true });
    rmSync(store, { recursive: true, force: true });
    mkdirSync(drop);
    const owner = await bench.store.database.connect('migrate');
    await owner.query('truncate runs.fetch, runs.arrival, runs.run, runs.outbox, runs.event restart identity cascade');
    await owner.end();
    await fetchLine.schedule();
    await fetches.ask(FEED);
  });

  const amend = () => amendCatalogue(bench.store.database, bench.catalogue);
  function lay(name: string, bytes: Buffer, said: object = {}): void {
    writeFileSync(join(drop, name), bytes);
    writeFileSync(join(drop, `${name}.manifest.json`), JSON.stringify({ file: name, rows: 27, sm3: createHash('sm3').update(bytes).digest('hex'), ...said }));
  }
  const runs = async (): Promise<Run[]> => (await bench.ledger.list({})).reverse();
  const kept = (): string[] => readdirSync(join(store, FEED)).sort();
  async function plain(run: Run): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const chunk of (await openDelivery(run, bench.keys)).chunks()) parts.push(Buffer.from(chunk));
    return Buffer.concat(parts);
  }

  it('takes what lies there once: sealed, accepted, put away, staged from the sealed copy', async () => {
    lay('cards.20260105.csv', SAMPLE);
    await fetchLine.fetch(FEED);
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ feed: FEED, state: 'accepted', fileName: 'cards.20260105.csv', fileBytes: SAMPLE.length, asOf: new Date('2026-01-04T16:00:00Z'), promisedRows: 27, mode: 'delta' });
    expect(kept()).toEqual([expect.stringMatching(/^fetch-\d+-\d+\.sealed$/)]);
    expect(readFileSync(run!.storedPath!).includes('卡号')).toBe(false);
    expect(await plain(run!)).toEqual(SAMPLE);
    expect(readdirSync(drop)).toEqual(['done']);
    expect(await fetches.find(FEED)).toMatchObject({ outcome: 'fetched', reason: null, dueAt: expect.any(Date) });
    await line.stage(run!.id);
    expect(await bench.ledger.find(run!.id)).toMatchObject({ state: 'staged', counts: { read: 27 } });
    expect(told).toEqual([]);
  });

  it('does not take the same again, and puts away what a dead worker could not', async () => {
    lay('cards.20260105.csv', SAMPLE);
    await fetchLine.fetch(FEED);
    lay('cards.20260105.csv', SAMPLE);
    await fetches.ask(FEED);
    await fetchLine.fetch(FEED);
    expect(await runs()).toHaveLength(1);
    expect(kept()).toHaveLength(1);
    expect(readdirSync(drop)).toEqual(['done']);
    expect(await fetches.find(FEED)).toMatchObject({ outcome: 'nothing-new' });
  });

  it('says why nothing was taken and what to do: a file that is not the one of its manifest', async () => {
    lay('cards.20260105.csv', SAMPLE, { sm3: '0'.repeat(64) });
    lay('cards.20260106.csv', SAMPLE);
    await fetchLine.fetch(FEED);
    expect(await fetches.find(FEED)).toMatchObject({
      outcome: 'failed', failures: 1, dueAt: NEXT_SLOT,
      reason: { rule: 'manifest-differs', text: { en: expect.stringContaining('cards.20260105.csv') }, hint: { en: expect.stringContaining('deliver both again'), zh: expect.stringContaining('报送') } },
    });
    // It holds changes, so the next one waits behind it; a full one need not.
    expect([await runs(), kept()]).toEqual([[], []]);
    lay('cards.20260107.csv', SAMPLE, { mode: 'full' });
    rmSync(join(drop, 'cards.20260106.csv.manifest.json'));
    await fetches.ask(FEED);
    await fetchLine.fetch(FEED);
    expect((await runs()).map(({ fileName, mode }) => `${fileName} ${mode}`)).toEqual(['cards.20260107.csv full']);
    expect(await fetches.find(FEED)).toMatchObject({ outcome: 'failed', failures: 2, reason: { rule: 'manifest-differs' } });
  });

  it('refuses a delivery that has other rows than its manifest speaks of', async () => {
    lay('cards.20260105.csv', SAMPLE, { rows: 26 });
    await fetchLine.fetch(FEED);
    const [run] = await runs();
    await line.stage(run!.id);
    expect(await bench.ledger.find(run!.id)).toMatchObject({ state: 'refused', reason: { rule: 'manifest-differs', text: { en: 'The manifest speaks of 26 rows, there are 27' } } });
  });

  it('looks again soon for what waits for its manifest, and tries again soon what may pass', async () => {
    writeFileSync(join(drop, 'cards.20260105.csv'), SAMPLE);
    await fetchLine.fetch(FEED);
    const { waiting, outcome, dueAt } = (await fetches.find(FEED))!;
    expect({ waiting, outcome }).toEqual({ waiting: 1, outcome: 'nothing-new' });
    expect(dueAt.getTime()).toBeGreaterThan(NOW.getTime());
    expect(dueAt.getTime()).toBeLessThan(NOW.getTime() + 3_600_000);
    rmSync(drop, { recursive: true });
    await fetches.ask(FEED);
    await fetchLine.fetch(FEED);
    expect(await fetches.find(FEED)).toMatchObject({ outcome: 'failed', reason: { rule: 'transport-source' }, dueAt: NEXT_SLOT });
    expect(told).toHaveLength(1);
  });

  it('clears away what a dead fetch had written and no run has', async () => {
    lay('cards.20260105.csv', SAMPLE);
    await fetchLine.fetch(FEED);
    for (const name of ['fetch-999999-1.sealed', 'fetch-999999-2.sealed.part']) writeFileSync(join(store, FEED, name), 'x');
    await bench.stager.clearParts();
    expect(kept()).toHaveLength(3);
    await fetches.ask(FEED);
    await fetchLine.fetch(FEED);
    expect(kept()).toHaveLength(1);
    expect(await plain((await runs())[0]!)).toEqual(SAMPLE);
  });

  it('leaves at once when the worker does, and the feed stays due', async () => {
    const leaving = new FetchLine({
      fetches, deliveries, catalogue: bench.catalogue, amend, worker: 'test', clock: { now: () => NOW }, onError: (_feed, error) => told.push(String(error)),
      credential: async () => '',
    });
    lay('cards.20260105.csv', SAMPLE);
    const ended = leaving.fetch(FEED);
    leaving.leave();
    await ended;
    expect(await fetches.due()).toEqual([FEED]);
    await fetchLine.fetch(FEED);
    expect(await runs()).toHaveLength(1);
    expect(told).toEqual([]);
  });

  describe('a source that has a cursor', () => {
    const arrival = (id: string, more: Partial<Arrival> = {}): Arrival => ({
      id, fileName: `cards.20260105.csv`, cursor: () => ({ after: id }),
      async* chunks() {
        // The same bytes are used for every chunk, as the interface allows.
        const buffer = Buffer.alloc(1000);
        for (let at = 0; at < SAMPLE.length; at += buffer.length) yield buffer.subarray(0, SAMPLE.copy(buffer, 0, at, at + buffer.length));
      },
      ...more,
    });
    const cursor = async (): Promise<unknown> => {
      const claimed = (await fetches.claim(FEED, 'test'))!;
      await fetches.release(claimed.lease);
      return deliveries.cursorOf(claimed.cursor);
    };

    it('moves it with what is accepted, sealed, and past what holds no row', async () => {
      const signal = new AbortController().signal;
      const contract = bench.catalogue.get(FEED);
      const { lease } = (await fetches.claim(FEED, 'test'))!;
      const run = await deliveries.take(lease, contract, arrival('page-1', { asOf: NOW, promised: { bytes: SAMPLE.length } }), signal);
      expect(await plain(run!)).toEqual(SAMPLE);
      expect(run).toMatchObject({ asOf: NOW, promisedRows: null });
      const { rows: [row] } = await bench.store.database.pool('runs').query<{ cursor: Buffer }>('select cursor from runs.fetch');
      expect(row!.cursor.includes('page')).toBe(false);
      expect(await deliveries.take(lease, contract, arrival('page-2', { empty: () => true }), signal)).toBeNull();
      await expect(deliveries.take(lease, contract, arrival('page-3', { promised: { bytes: 1 } }), signal)).rejects.toMatchObject({ details: { rule: 'manifest-differs' } });
      await expect(deliveries.take(lease, contract, arrival('page-4', { fileName: 'cards.csv' }), signal)).rejects.toMatchObject({ details: { rule: 'manifest-faulty' } });
      await fetches.release(lease);
      expect(await cursor()).toEqual({ after: 'page-2' });
      expect([await runs(), kept()]).toEqual([[expect.objectContaining({ id: run!.id })], [expect.any(String)]]);
    });
  });
});
