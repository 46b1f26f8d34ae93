import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#kernel';
import { documentToken } from '#keys';
import { personDossier, stateHash } from '#registry';
import { Ledger, readRedrives, Redrives, Replays } from '#runs';
import { listRejects, readOutcome, sealRepairs } from '#staging';
import { contestedFile, idNumber, insuredFile, insuredRow, insuredRows, MEDICAL } from '../support/deliveries.js';
import { configWith, largeDelivery, smallDistrict, TWELVE, type Delivery } from './district.js';
import { FaultGround } from './fault-ground.js';
import type { FaultHub } from './fault-hub.js';
import { planKills, type Kill } from './kill-plan.js';
import { storeDigest } from './store-digest.js';

/** Hubs that are killed side by side: while one waits for a dead worker's lease to run out, the others work. */
const LANES = 3;

/** A worker is killed at every named place in turn; the store must end as if nothing had happened. */
describe('kill -9 of the worker', () => {
  let folder: string, ground: FaultGround, deliveries: Delivery[], plan: Kill[][];
  let undisturbed: { digests: Record<string, string>[]; end: Awaited<ReturnType<typeof endOf>> };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-kill-'));
    ground = await FaultGround.open(configWith(TWELVE, join(folder, 'config')));
    deliveries = await smallDistrict(join(folder, 'district'), TWELVE);
    const hub = await ground.hub();
    const worker = hub.start({ HUSHU_TELL_POINTS: 'on' });
    const digests: Record<string, string>[] = [];
    for (const delivery of deliveries) {
      await hub.handIn(delivery);
      await hub.settled();
      digests.push(await storeDigest(hub.admin));
    }
    undisturbed = { digests, end: await endOf(hub) };
    await worker.end();
    const later = new Set(deliveries.flatMap((delivery, at) => (delivery.later ? [at + 1] : [])));
    plan = planKills(worker.points(), later, LANES);
  });
  afterAll(async () => {
    await ground?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What is compared at the very end. */
  async function endOf(hub: FaultHub): Promise<{ state: string; files: string[]; rejects: string[]; broken: string[] }> {
    const rejects: string[] = [];
    for (const run of deliveries.keys()) {
      rejects.push(...(await listRejects(hub.database, ground.keys, { run: run + 1 })).map((reject) => JSON.stringify(reject)));
    }
    return {
      state: await stateHash(hub.admin), files: hub.keptFiles(), rejects: rejects.sort(), broken: await hub.brokenInvariants(),
    };
  }

  it('is tried at 25 places at least, in first and in later deliveries', () => {
    const kills = plan.flat();
    expect(new Set(kills.map(({ point }) => point)).size).toBeGreaterThanOrEqual(25);
    expect(undisturbed.end.broken).toEqual([]);
    // The delivery that says the same again is not kept.
    expect(undisturbed.end.files).toHaveLength(deliveries.length - 1);
    expect(undisturbed.end.rejects.length).toBeGreaterThan(0);
  });

  it('changes nothing, wherever it strikes', async () => {
    const lanes = await Promise.all(plan.map(() => ground.hub()));
    await Promise.all(lanes.map((hub, lane) => live(hub, plan[lane]!)));
  }, 600_000);

  it('is followed by a worker that goes on behind the last chunk that was committed', async () => {
    const delivery = await largeDelivery(join(folder, 'large'));
    const chunks = { HUSHU_CHUNK_ROWS: '1' };
    const calm = await ground.hub();
    calm.start(chunks);
    await calm.handIn(delivery);
    await calm.settled();
    expect((await calm.admin.query('select from runs.chunk')).rowCount).toBeGreaterThanOrEqual(3);

    const hub = await ground.hub();
    const kills = ['stage.chunk.sent', 'stage.chunk.committed', 'stage.chunk.before-commit', 'stage.chunk.committed', 'stage.settling'];
    await hub.handIn(delivery);
    for (const point of kills) await hub.start({ ...chunks, HUSHU_KILL_AT: point }).killed(point);
    hub.start(chunks);
    await hub.settled();
    expect(await storeDigest(hub.admin)).toEqual(await storeDigest(calm.admin));
    expect(await hub.brokenInvariants()).toEqual([]);
  });

  it('leaves a delivery that contradicts what holds to be settled alike', async () => {
    const rows = insuredRows(30);
    const given = [insuredFile(rows), contestedFile(rows)].map((bytes, at): Delivery => {
      const file = join(folder, `contested-${at}.csv`);
      writeFileSync(file, bytes);
      return { feed: MEDICAL, file, mode: 'full', asOf: `2025-06-0${at + 1}T00:00:00Z`, later: at > 0 };
    });
    const hubs = [await ground.hub(), await ground.hub()] as const;
    for (const [at, hub] of hubs.entries()) {
      for (const delivery of given) {
        await hub.handIn(delivery);
        if (at === 1 && delivery.later) for (const point of ['stage.settling', 'stage.settled', 'stage.matching', 'stage.matched']) await hub.start({ HUSHU_KILL_AT: point }).killed(point);
        const worker = hub.start();
        await hub.settled();
        await worker.end();
      }
    }
    const [calm, killed] = hubs;
    const { rows: [counts] } = await killed.admin.query('select rows_rejected::int, rows_duplicate::int, rows_unchanged::int from runs.run where id = 2');
    expect(counts).toEqual({ rows_rejected: 2, rows_duplicate: 2, rows_unchanged: 29 });
    expect(await storeDigest(killed.admin)).toEqual(await storeDigest(calm.admin));
    expect(await killed.brokenInvariants()).toEqual([]);
  });

  it('leaves an order to drive rejects again whole or not there, and brings what it mends to the people it is about', async () => {
    const hub = await ground.hub();
    const file = join(folder, 'spoilt.csv');
    // Fewer than the contract bears.
    writeFileSync(file, insuredFile(Array.from({ length: 60 }, (_, n) => insuredRow(n, n % 15 === 0 ? { 险种: '职工保' } : {}))));
    await hub.handIn({ feed: MEDICAL, file, mode: 'full', asOf: '2025-06-01T00:00:00Z', later: false });
    const first = hub.start({ HUSHU_KILL_AT: 'apply.registered@2:stop' });
    await hub.settled();
    const redrives = new Redrives(hub.database, new Ledger(hub.database, systemClock), systemClock);
    const contract = ground.catalogue.get(MEDICAL);
    const order = async (): Promise<number> => (await redrives.order({
      feed: MEDICAL, filter: { rule: 'code-unmapped', field: '险种' }, by: '王科', repairs: sealRepairs(ground.keys, contract, [{ column: '险种', from: '职工保', to: '职工' }]),
    })).id;
    const told = async (id: number) => ({ ...(await readRedrives(hub.database.pool('operations'), { id }, { limit: 1 }))[0]!, outcome: await readOutcome(hub.database.pool('operations'), id) });
    const insured = () => hub.database.transaction('operations', (client) => personDossier(client, ground.catalogue.contracts, documentToken(ground.keys, '111', idNumber(31))!, {}));

    // Cancelled when its worker has all but published it: the worker finds the fence closed.
    const cancelled = await order();
    await first.frozen('apply.registered@2');
    expect(await redrives.cancel(cancelled, '王科')).toBe(true);
    first.signal('SIGCONT');
    await first.fault(2);
    expect(await told(cancelled)).toMatchObject({ state: 'cancelled', run: 2, matched: 4, outcome: { rows: 4, mended: 0, rejectedAgain: 0, superseded: 0, open: 4 } });
    expect(await insured()).toEqual([]);
    await first.end();

    const done = await order();
    await hub.start({ HUSHU_KILL_AT: 'redrive.written' }).killed('redrive.written');
    hub.start();
    while ((await told(done)).run === null) await new Promise((next) => setTimeout(next, 40));
    await hub.settled();
    expect(await told(done)).toMatchObject({ state: 'done', matched: 4, leftOut: 0, rowsDone: 4, outcome: { rows: 4, mended: 4, rejectedAgain: 0, superseded: 0, open: 0 } });
    expect(await redrives.cancel(done, '王科')).toBe(false);
    expect((await insured())[0]!.facets['medicalInsurance']).toMatchObject({ values: { insuranceType: '310' } });
    const { rows: [held] } = await hub.admin.query('select count(*)::int as rows, count(*) filter (where run = 3)::int as mended from staging.medical_insurance_row');
    expect(held).toEqual({ rows: 60, mended: 4 });
    expect(hub.keptFiles().filter((name) => name.includes(`redrive-${done}-`))).toHaveLength(1);
    expect(await hub.brokenInvariants()).toEqual([]);
  });

  it('inside the replay of a late delivery, of a past run, or while copies are removed, leaves it to the next', async () => {
    const rows = insuredRows(30);
    const told = [rows.slice(0, 20), rows, [...rows.slice(0, 25), insuredRow(25, { 参保单位: '某厂' })]];
    const given = [1, 10, 5].map((day, at): Delivery => {
      const file = join(folder, `late-${at}.csv`);
      writeFileSync(file, insuredFile(told[at]!));
      return { feed: MEDICAL, file, mode: 'full', asOf: `2025-06-${String(day).padStart(2, '0')}T00:00:00Z`, later: at > 0 };
    });
    // Everything was taken in long ago: by this policy nothing is kept.
    const strict = join(folder, 'strict');
    cpSync(ground.config, strict, { recursive: true });
    writeFileSync(join(strict, 'settings/retention.yaml'), 'deliveries: { keep: 1 day, needed: remove }\n');
    const lives = await Promise.all([undefined, 'replay.delivery'].map(async (late) => {
      const hub = await ground.hub();
      const first = hub.start();
      for (const delivery of given.slice(0, 2)) await hub.handIn(delivery).then(() => hub.settled());
      await first.end();
      await hub.handIn(given[2]!);
      if (late !== undefined) await hub.start({ HUSHU_KILL_AT: late }).killed(late);
      const worker = hub.start();
      await hub.settled();
      await worker.end();
      return { hub, digest: await storeDigest(hub.admin), state: await stateHash(hub.admin) };
    }));
    const [calm, killed] = lives;
    expect((await calm!.hub.admin.query('select replayed, rows_read::int, state from runs.run where id = 3')).rows).toEqual([{ replayed: true, rows_read: 26, state: 'published' }]);
    expect({ digest: killed!.digest, state: killed!.state }).toEqual({ digest: calm!.digest, state: calm!.state });

    await Promise.all(lives.map(async ({ hub, state }, at) => {
      const replays = new Replays(hub.database, { now: () => new Date() });
      const { id } = (await replays.order(3, 'officer'))!;
      const point = ['replay.read', 'retention.removed'][at]!;
      await hub.start({ HUSHU_KILL_AT: point, ...(at > 0 && { HUSHU_CONFIG: strict }) }).killed(point);
      const worker = hub.start(at > 0 ? { HUSHU_CONFIG: strict } : {});
      const order = await came(async () => (await replays.find(id))!, (one) => one.endedAt !== null);
      await came(() => hub.admin.query(`select from runs.copy_end where removed_at is null`), ({ rowCount }) => rowCount === 0);
      await hub.settled();
      const { rows: gone } = await hub.admin.query(`select detail ->> 'copies' as copies from runs.event where kind = 'copies-removed'`);
      // A replay whose copies policy has taken meanwhile says so.
      if (at === 0) expect(order).toMatchObject({ state: 'done', verdict: 'same', done: 3, total: 3 });
      else expect([gone, hub.keptFiles(), ['same', 'incomparable', null].includes(order.verdict)]).toEqual([[{ copies: '3' }], [], true]);
      await worker.end();
      expect([await stateHash(hub.admin), await hub.brokenInvariants()]).toEqual([state, []]);
    }));
  });

  /** All deliveries, one after the other; each worker but the last is born to die at its place. */
  async function live(hub: FaultHub, kills: Kill[]): Promise<void> {
    const left = [...kills];
    const next = () => hub.start(left.length === 0 ? {} : { HUSHU_KILL_AT: nameOf(left[0]!) });
    let worker = next();
    for (const [at, delivery] of deliveries.entries()) {
      const run = await hub.handIn(delivery);
      const struck: string[] = [];
      while (left[0]?.run === run) {
        const kill = left.shift()!;
        struck.push(nameOf(kill));
        await worker.killed(nameOf(kill));
        if (kill.emptyBell) await ground.emptyBell(hub);
        worker = next();
      }
      await hub.settled();
      if (struck.length > 0) expect({ struck, ...await storeDigest(hub.admin) }).toEqual({ struck, ...undisturbed.digests[at]! });
    }
    expect(left).toEqual([]);
    expect(await endOf(hub)).toEqual(undisturbed.end);
  }
});

/** Looks until it is as it should be. */
async function came<T>(look: () => Promise<T>, enough: (seen: T) => boolean): Promise<T> {
  for (const end = Date.now() + 60_000; ; await new Promise((done) => setTimeout(done, 40))) {
    const seen = await look();
    if (enough(seen)) return seen;
    if (Date.now() > end) throw new Error(`it did not come: ${JSON.stringify(seen)}`);
  }
}

function nameOf({ point, run, nth }: Kill): string {
  return `${point}@${run}#${nth}`;
}
