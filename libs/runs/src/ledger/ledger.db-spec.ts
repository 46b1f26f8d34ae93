import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { Ledger, LEASE } from './ledger.js';
import { NO_COUNTS, type Lease, type Run, type RunState } from './run.js';

const KNOWN = new Date('2026-03-01T08:00:00Z');
const stores: { store: TestDatabase; admin: pg.Client }[] = [];
let store: TestDatabase, admin: pg.Client, ledger: Ledger;

beforeEach(async () => {
  store = await testDatabase();
  admin = new pg.Client({ connectionString: store.url });
  await admin.connect();
  stores.push({ store, admin });
  ledger = new Ledger(store.database, { now: () => KNOWN });
});
afterAll(async () => {
  for (const one of stores) {
    await one.admin.end();
    await one.store.drop();
  }
});

function accept(feed: string, asOf: string): Promise<Run> {
  return ledger.accept({
    feed, fileName: 'x.csv', filePath: '/x.csv', fileBytes: 10, fileStat: '1:2:3:4', contractVersion: 'v', mode: 'full', batchNo: null, asOf: new Date(asOf),
  });
}

async function claim(run: Run, state: RunState, worker = 'one'): Promise<Lease | null> {
  return (await ledger.claim(run.id, state, worker))?.lease ?? null;
}

/** A run that waits in `state`, brought there by whoever may. */
async function brought(feed: string, asOf: string, state: 'staged' | 'linked'): Promise<Run> {
  const run = await accept(feed, asOf);
  await ledger.advance((await claim(run, 'accepted'))!, { state: 'staged' });
  if (state === 'linked') await ledger.advance((await claim(run, 'staged'))!, { state: 'linked' });
  return run;
}

/** The lease runs out, as if its holder had not been heard of. */
async function runOut(run: Run): Promise<void> {
  await admin.query(`update runs.run set lease_until = clock_timestamp() - interval '1 second' where id = $1`, [run.id]);
}

async function bells(): Promise<string[]> {
  const { rows } = await admin.query<{ bell: string }>(`select queue || ' ' || run as bell from runs.outbox where sent_at is null order by id`);
  return rows.map(({ bell }) => bell);
}

describe('taking a delivery in', () => {
  it('fixes its known time and writes the bell with it', async () => {
    const run = await accept('pension', '2026-02-01');
    expect(run).toMatchObject({ id: 1, state: 'accepted', feed: 'pension', acceptedAt: KNOWN, attempts: 0 });
    expect(await bells()).toEqual(['stage 1']);
  });
});

describe('claiming', () => {
  it('gives a run to one of many that want it', async () => {
    const run = await accept('pension', '2026-02-01');
    const got = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((worker) => claim(run, 'accepted', worker)));
    expect(got.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('gives nothing that waits in another state, so a bell rung twice has one effect', async () => {
    const run = await brought('pension', '2026-02-01', 'staged');
    expect(await claim(run, 'accepted')).toBeNull();
    expect(await claim(run, 'linked')).toBeNull();
    expect(await claim(run, 'staged')).not.toBeNull();
  });

  it('takes deliveries of one feed in the order of their as-of, other feeds beside', async () => {
    const late = await accept('pension', '2026-02-02');
    const early = await accept('pension', '2026-02-01');
    const other = await accept('marriage', '2026-02-03');
    expect(await claim(late, 'accepted')).toBeNull();
    const lease = (await claim(early, 'accepted'))!;
    expect(await claim(other, 'accepted')).not.toBeNull();
    await ledger.advance(lease, { state: 'staged' });
    expect(await claim(late, 'accepted')).toBeNull();
    await ledger.advance((await claim(early, 'staged'))!, { state: 'failed', reason: { rule: 'r', text: { zh: '', en: '' } } });
    expect(await claim(late, 'accepted')).not.toBeNull();
  });

  it('lets one run at a time through link and apply, whichever came first, until it has ended', async () => {
    const [first, second] = [await brought('pension', '2026-02-02', 'staged'), await brought('marriage', '2026-02-01', 'staged')];
    await ledger.advance((await claim(first, 'staged'))!, { state: 'linked' });
    expect(await claim(second, 'staged')).toBeNull();
    await ledger.advance((await claim(first, 'linked'))!, { state: 'published' });
    expect(await claim(second, 'staged')).not.toBeNull();
  });

  it('opens the lane again when the run in it fails', async () => {
    const [first, second] = [await brought('pension', '2026-02-02', 'linked'), await brought('marriage', '2026-02-01', 'staged')];
    await ledger.advance((await claim(first, 'linked'))!, { state: 'failed', reason: { rule: 'r', text: { zh: '', en: '' } } });
    expect(await claim(second, 'staged')).not.toBeNull();
  });

  it('gives a released run again at once', async () => {
    const run = await accept('pension', '2026-02-01');
    const lease = (await claim(run, 'accepted'))!;
    expect(await ledger.due()).toEqual([]);
    await ledger.release(lease);
    expect(await ledger.due()).toEqual([{ id: run.id, state: 'accepted' }]);
    expect(await claim(run, 'accepted', 'two')).not.toBeNull();
  });
});

describe('a lease that runs out', () => {
  it('goes to another worker, and the first is refused whatever it does', async () => {
    const run = await accept('pension', '2026-02-01');
    const first = (await claim(run, 'accepted'))!;
    expect(await claim(run, 'accepted', 'two')).toBeNull();
    await runOut(run);
    expect(await ledger.due()).toEqual([{ id: run.id, state: 'accepted' }]);
    const second = (await claim(run, 'accepted', 'two'))!;
    expect(BigInt(second.token)).toBeGreaterThan(BigInt(first.token));
    expect(await ledger.renew(first)).toBe(false);
    await expect(ledger.advance(first, { state: 'staged' })).rejects.toMatchObject({ code: 'HU001' });
    await ledger.release(first);
    await ledger.setStored(first, '/elsewhere');
    expect(await ledger.find(run.id)).toMatchObject({ state: 'accepted', storedPath: null, attempts: 2 });
    expect(await claim(run, 'accepted', 'three')).toBeNull();
    await ledger.advance(second, { state: 'staged' });
  });

  it('costs its holder the sessions in which it still holds something', async () => {
    const run = await accept('pension', '2026-02-01');
    const { token } = (await claim(run, 'accepted', 'frozen'))!;
    const own = new URL(store.database.urlOf('staging'));
    const session = new pg.Client({ connectionString: own.href, application_name: 'frozen:staging' });
    session.on('error', () => undefined);
    await session.connect();
    await session.query('begin');
    await session.query('select runs.check_fence($1, $2)', [run.id, token]);
    expect(await claim(run, 'accepted', 'two')).toBeNull();
    await runOut(run);
    expect(await claim(run, 'accepted', 'two')).not.toBeNull();
    await expect(session.query('commit')).rejects.toThrow();
  });

  it('is renewed while its holder is in a transaction that nobody can take the run out of', async () => {
    const run = await accept('pension', '2026-02-01');
    const lease = (await claim(run, 'accepted'))!;
    await store.database.transaction('staging', async (client) => {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      await runOut(run);
      expect(await claim(run, 'accepted', 'two')).toBeNull();
      expect(await ledger.renew(lease)).toBe(true);
    });
    const { rows: [left] } = await admin.query<{ ms: string }>(`select extract(epoch from lease_until - clock_timestamp()) * 1000 as ms from runs.run`);
    expect(Number(left!.ms)).toBeGreaterThan(0);
    expect(Number(left!.ms)).toBeLessThanOrEqual(LEASE.milliseconds);
  });
});

describe('moving a run on', () => {
  const counts = { ...NO_COUNTS, read: 10, duplicate: 1, rejected: 2, unchanged: 3, added: 3, changed: 1, removed: 2 };

  it('writes state, counts and the next bell together', async () => {
    const run = await accept('pension', '2026-02-01');
    await ledger.advance((await claim(run, 'accepted'))!, { state: 'staged', counts, warnings: { 'sex sex-differs': 2 }, digest: 'd', seenDigest: 's', first: true });
    expect(await ledger.find(run.id)).toMatchObject({ state: 'staged', counts, warnings: { 'sex sex-differs': 2 }, digest: 'd', first: true, endedAt: null });
    expect(await bells()).toEqual(['stage 1', 'link 1']);
  });

  it('has no effect at all when the transaction it is part of does not commit', async () => {
    const run = await accept('pension', '2026-02-01');
    const lease = (await claim(run, 'accepted'))!;
    await expect(store.database.transaction('runs', async (client) => {
      await ledger.writeSteps(client, run.id, [{ step: 'stage', relation: 'x', rows: 1, ms: 1 }]);
      await ledger.advanceIn(client, lease, { state: 'staged', counts });
      throw new Error('the worker died');
    })).rejects.toThrow('the worker died');
    expect(await ledger.find(run.id)).toMatchObject({ state: 'accepted', counts: NO_COUNTS });
    expect(await ledger.steps(run.id)).toEqual([]);
    expect(await bells()).toEqual(['stage 1']);
  });

  it('is done once under one lease: who did not hear the answer cannot undo it', async () => {
    const run = await brought('pension', '2026-02-01', 'linked');
    const lease = (await claim(run, 'linked'))!;
    await ledger.advance(lease, { state: 'published' });
    await expect(ledger.advance(lease, { state: 'failed', reason: { rule: 'r', text: { zh: '', en: '' } } })).rejects.toMatchObject({ code: 'HU001' });
    expect(await ledger.find(run.id)).toMatchObject({ state: 'published' });
  });

  it('rings for those that waited for it', async () => {
    const run = await accept('pension', '2026-02-01');
    const next = await accept('pension', '2026-02-02');
    await ledger.advance((await claim(run, 'accepted'))!, { state: 'refused', reason: { rule: 'r', text: { zh: '', en: '' } } });
    expect(await bells()).toEqual(['stage 1', 'stage 2', `stage ${next.id}`]);
  });

  it('remembers how far a delivery was committed', async () => {
    const run = await accept('pension', '2026-02-01');
    expect(await ledger.lastChunkRow(run.id)).toBe(0);
    for (const row of [100, 250]) await store.database.pool('staging').query('select runs.commit_chunk($1, $2, 99, 1)', [run.id, row]);
    expect(await ledger.lastChunkRow(run.id)).toBe(250);
  });

  it('knows the newest that was published, by as-of', async () => {
    expect(await ledger.lastPublished('pension')).toBeNull();
    for (const asOf of ['2026-02-01', '2026-02-03']) {
      const run = await brought('pension', asOf, 'linked');
      await ledger.advance((await claim(run, 'linked'))!, { state: 'published', seenDigest: asOf });
    }
    expect(await ledger.lastPublished('pension')).toMatchObject({ seenDigest: '2026-02-03', run: { id: 2 } });
  });
});
