import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stateHash } from '#registry';
import type { Run } from '#runs';
import { configWith, smallDistrict, type Delivery } from './district.js';
import { FaultGround } from './fault-ground.js';
import type { FaultHub } from './fault-hub.js';
import type { FaultWorker } from './fault-worker.js';
import { storeDigest } from './store-digest.js';

/** Enough for people who are linked, and for deliveries that change what was there. */
const FEEDS = ['household-registration', 'medical-insurance', 'residence-registration'];
const DELIVERIES = 5;

describe('a hub whose surroundings fail', () => {
  let folder: string, ground: FaultGround, deliveries: Delivery[];
  let undisturbed: { digests: Record<string, string>[]; state: string; counts: unknown[] };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-disturbed-'));
    ground = await FaultGround.open(configWith(FEEDS, join(folder, 'config')));
    deliveries = (await smallDistrict(join(folder, 'district'), FEEDS)).slice(0, DELIVERIES);
    const hub = await ground.hub();
    const worker = hub.start();
    const digests: Record<string, string>[] = [];
    for (const delivery of deliveries) {
      await hub.handIn(delivery);
      await hub.settled();
      digests.push(await storeDigest(hub.admin));
    }
    undisturbed = { digests, state: await stateHash(hub.admin), counts: countsOf(await hub.settled()) };
    await worker.end();
  });
  afterAll(async () => {
    await ground?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Hands deliveries in up to a run, whose worker then stands still at `point` and holds what it holds there. */
  async function frozenAt(hub: FaultHub, point: string, run: number): Promise<FaultWorker> {
    const before = hub.start({ HUSHU_KILL_AT: `${point}@${run}:stop` });
    for (const delivery of deliveries.slice(0, run)) {
      await hub.handIn(delivery);
      if (delivery !== deliveries[run - 1]) await hub.settled();
    }
    await before.frozen(`${point}@${run}`);
    return before;
  }

  /** Most of each is waiting for a lease to run out: all of them wait side by side. */
  describe('a worker that freezes past its lease', () => {
    const places = [
      { where: 'in the middle of a COPY', point: 'stage.chunk.sent', run: 1 },
      { where: 'between two transactions', point: 'link.decided', run: 2 },
      { where: 'in the middle of publishing a first delivery', point: 'apply.registered', run: 3 },
      { where: 'with its changes being found', point: 'stage.matching', run: 4 },
      { where: 'at the very end of publishing', point: 'apply.before-commit', run: 5 },
    ];
    let overtaken: PromiseSettledResult<void>[];
    beforeAll(async () => { overtaken = await Promise.allSettled(places.map(({ point, run }) => overtake(point, run))); });

    it.each(places)('$where is overtaken, and what it still wants to write is refused', ({ run }) => {
      const how = overtaken[run - 1]!;
      if (how.status === 'rejected') throw how.reason;
    });
  });

  async function overtake(point: string, run: number): Promise<void> {
    const hub = await ground.hub();
    const frozen = await frozenAt(hub, point, run);
    const other = hub.start();
    await hub.settled();
    expect(await storeDigest(hub.admin)).toEqual(undisturbed.digests[run - 1]);

    frozen.signal('SIGCONT');
    await frozen.fault(run);
    expect(await storeDigest(hub.admin)).toEqual(undisturbed.digests[run - 1]);
    expect(frozen.ended).toBe(false);

    // It is none the worse for it.
    await other.end();
    await finish(hub, deliveries.slice(run));
  }

  /** The worker that is left does the rest; the end is the same. */
  async function finish(hub: FaultHub, rest: Delivery[]): Promise<void> {
    for (const delivery of rest) await hub.handIn(delivery);
    expect({ counts: countsOf(await hub.settled()), state: await stateHash(hub.admin), broken: await hub.brokenInvariants() })
      .toEqual({ counts: undisturbed.counts, state: undisturbed.state, broken: [] });
  }

  /** Everything is handed in; one run is at work while `happens`. */
  async function meanwhile(point: string, happens: (hub: FaultHub) => Promise<void>): Promise<void> {
    const hub = await ground.hub();
    for (const delivery of deliveries) await hub.handIn(delivery);
    const worker = hub.start({ HUSHU_KILL_AT: `${point}@2:stop` });
    await worker.frozen(point);
    await happens(hub);
    worker.signal('SIGCONT');
    await finish(hub, []);
    expect(worker.ended).toBe(false);
  }

  it.each(['accepted.claimed', 'relay.rung'])('ends in the same state when Redis forgets everything (%s)', async (point) => {
    await meanwhile(point, (hub) => ground.emptyBell(hub));
  });

  it('ends in the same state when Redis is killed and started again', async () => {
    await meanwhile('staged.claimed', () => ground.restartRedis());
  });

  it.each(['stage.chunk.sent', 'apply.reconciled'])('ends in the same state when PostgreSQL cuts every session of the worker (%s)', async (point) => {
    await meanwhile(point, async (hub) => {
      await hub.admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'worker-%'`);
    });
  });
});

function countsOf(runs: Run[]): unknown[] {
  return runs.map(({ id, state, counts, first }) => ({ id, state, counts, first })).sort((a, b) => a.id - b.id);
}
