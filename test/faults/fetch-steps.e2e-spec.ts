import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { neighbourHub, readNeighbours } from '#exchange';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { FetchLedger, Ledger, recordKillPoints } from '#runs';
import { amendCatalogue, FetchedDeliveries, openDelivery } from '#staging';
import { FetchLine } from '../../apps/worker/src/line/fetch.js';
import { emptyDatabase, testDatabase, type TestDatabase } from '../support/database.js';
import { FEEDS, folderScene, httpScene, hubScene, mysqlScene, postgresScene, s3Scene, sftpScene, type Scene } from './fetch-scenes.js';
import { killedAt } from './killed-process.js';

/** Steps of fetching itself, whatever the transport: tried with one that settles its source and, where a cursor moves, with one that has it. */
const COMMON = /^fetch\.(claimed|opened|spooling|sealed|spooled|accepting|accepted|acknowledged|empty|moved|ending|ended)$/;
const TRIED_WITH: Record<string, RegExp> = { folder: COMMON, postgres: /^fetch\.(accepting|accepted|empty|moved|ending)$/ };
/** From here on what was fetched is known: who takes over goes on behind it and does not come by the same places again. */
const KNOWN = 'fetch.accepted';

/** A worker is killed at every step of every transport, one after the other on the same delivery: it is taken once and whole. */
describe('kill -9 at every step of a fetch', () => {
  let folder: string;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'hushu-steps-')); });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  const scenes: Record<string, () => Promise<Scene | undefined>> = {
    folder: folderScene, sftp: sftpScene, s3: s3Scene, http: httpScene, mysql: mysqlScene, hub: hubScene,
    postgres: async () => {
      const database = await emptyDatabase();
      closing.push(() => database.drop());
      return postgresScene(database.url);
    },
  };

  it('loses nothing and doubles nothing, whatever the transport', async () => {
    const tried: Record<string, string[]> = {};
    await Promise.all(Object.entries(scenes).map(async ([kind, open]) => {
      const scene = await open();
      if (scene === undefined) return void process.stderr.write(`skipped: no server for ${kind} on this machine\n`);
      closing.push(() => scene.stop());
      const campaign = await Campaign.open(join(folder, kind), scene, (point) => !COMMON.test(point) || TRIED_WITH[kind]?.test(point) === true);
      closing.push(() => campaign.close());
      tried[kind] = await campaign.run();
    }));
    const dropped = ['fetch.listed', 'fetch.manifest', 'fetch.read', 'fetch.settling', 'fetch.settled'];
    const served = ['fetch.begun', 'fetch.columns', 'fetch.page', 'fetch.page#2', 'fetch.read'];
    const wanted: Record<string, string[]> = {
      folder: dropped, sftp: dropped, s3: [...dropped, 'fetch.copied'], http: ['fetch.token', 'fetch.first-page', 'fetch.page', 'fetch.page#2'], postgres: served, mysql: served,
      hub: ['token', 'listed', 'manifest', 'begun', 'read', 'verified'].map((step) => `fetch.${step}`),
    };
    for (const [kind, points] of Object.entries(tried)) expect({ kind, points }).toEqual({ kind, points: expect.arrayContaining(wanted[kind]!) });
    expect(tried['folder']).toEqual(expect.arrayContaining(['claimed', 'opened', 'spooling', 'sealed', 'spooled', 'accepting', 'accepted', 'acknowledged', 'ending', 'ended'].map((step) => `fetch.${step}`)));
    expect(tried['postgres']).toEqual(expect.arrayContaining(['accepting', 'accepted', 'empty', 'moved', 'ending'].map((step) => `fetch.${step}`)));
  });
});

/** One transport's two feeds on a store of their own. */
class Campaign {
  private constructor(
    private readonly folder: string, private readonly scene: Scene, private readonly store: TestDatabase, private readonly keys: Keys, private readonly ledger: Ledger,
    private readonly fetches: FetchLedger, private readonly wants: (point: string) => boolean, private readonly calm: FetchLine,
  ) {}

  static async open(folder: string, scene: Scene, wants: (point: string) => boolean): Promise<Campaign> {
    cpSync(join(import.meta.dirname, '../codes'), join(folder, 'config/codes'), { recursive: true });
    for (const feed of Object.values(FEEDS)) {
      mkdirSync(join(folder, 'config/feeds', feed), { recursive: true });
      writeFileSync(join(folder, 'config/feeds', feed, 'feed.yaml'), contractOf(feed, scene));
    }
    scene.enter?.(join(folder, 'config'));
    const neighbours = await readNeighbours(join(folder, 'config'));
    const store = await testDatabase();
    const ledger = new Ledger(store.database, systemClock);
    const keys = await loadKeys(join(folder, 'keys'));
    const fetches = new FetchLedger(store.database, ledger);
    const catalogue = await FeedCatalogue.load(join(folder, 'config'));
    const calm = new FetchLine({
      fetches, catalogue, amend: () => amendCatalogue(store.database, catalogue), deliveries: new FetchedDeliveries(join(folder, 'deliveries'), keys, fetches), clock: systemClock, worker: 'test',
      credential: async (name) => scene.credentials[name]!, neighbour: async (name) => neighbourHub(neighbours, keys, name), onError: (_feed, error) => { throw error; },
    });
    const campaign = new Campaign(folder, scene, store, keys, ledger, fetches, wants, calm);
    const later = new Date(Date.now() + 86_400_000);
    await fetches.schedule(Object.values(FEEDS).map((feed) => ({ feed, firstDue: later, nextDue: later })));
    return campaign;
  }

  close(): Promise<void> {
    return this.store.drop();
  }

  /** @returns the places where a worker was killed */
  async run(): Promise<string[]> {
    const tried: string[] = [];
    let rows = 0;
    for (const [nth, round] of this.scene.rounds.entries()) {
      await round.arrive();
      rows += round.rows;
      const points = planOf(await this.undisturbed(FEEDS.calm));
      // What a round did not come by, because a worker that had died before left too little to do, the next one does.
      const plan = round.calm === true ? [] : points.filter((point) => this.wants(point) && !tried.includes(point));
      for (const point of plan) if (await this.kill(point)) tried.push(point);
      await this.undisturbed(FEEDS.killed);
      const [calm, killed] = [await this.endOf(FEEDS.calm), await this.endOf(FEEDS.killed)];
      expect({ round: nth, ...killed }).toEqual({ round: nth, ...calm });
      expect({ rows: calm.rows, missing: calm.missing, leftover: calm.leftover }).toEqual({ rows, missing: [], leftover: [] });
    }
    return tried;
  }

  private async due(feed: string): Promise<void> {
    // As if the dead worker's lease had run out, and no pause were kept after so many deaths.
    await this.store.database.pool('runs').query(
      `update runs.fetch set due_at = clock_timestamp(), failures = 0, lease_until = case when lease_until is not null then clock_timestamp() - interval '1 ms' end where feed = $1`, [feed]);
  }

  /** @returns the places it came by */
  private undisturbed(feed: string): Promise<string[]> {
    return alone(async () => {
      const points: string[] = [];
      recordKillPoints((point) => points.push(point));
      try {
        await this.due(feed);
        while ((await this.fetches.due()).includes(feed)) await this.calm.fetch(feed);
      } finally {
        recordKillPoints(() => undefined);
      }
      return points;
    });
  }

  /** Has a process fetch that ends itself at that place as kill -9 would. @returns false when the fetch ended without coming by */
  private async kill(point: string): Promise<boolean> {
    await this.due(FEEDS.killed);
    return killedAt('fetcher.mjs', point, {
      feed: FEEDS.killed, config: join(this.folder, 'config'), store: join(this.folder, 'deliveries'), keys: join(this.folder, 'keys'), url: this.store.url, credentials: this.scene.credentials,
    });
  }

  /** What was taken in of a feed, what is kept of it, and what lies at its source. */
  private async endOf(feed: string) {
    const runs = (await this.ledger.list({ feed, limit: 1000 })).reverse();
    const { rows: arrivals } = await this.store.database.pool('runs').query<{ sm3: string }>('select sm3 from runs.arrival where feed = $1 order by run', [feed]);
    const { rows: [bells] } = await this.store.database.pool('runs').query<{ count: number }>('select count(*)::int from runs.outbox where run = any ($1)', [runs.map(({ id }) => id)]);
    const state = (await this.fetches.find(feed))!;
    const kept = readdirSync(join(this.folder, 'deliveries', feed)).map((name) => join(this.folder, 'deliveries', feed, name));
    const contents: string[] = [];
    let rows = 0;
    for (const run of runs) {
      const hash = createHash('sm3');
      let lines = this.scene.format === 'csv' ? -1 : 0;
      for await (const chunk of (await openDelivery(run, this.keys)).chunks()) {
        hash.update(chunk);
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
      }
      contents.push(hash.digest('hex'));
      rows += lines;
    }
    const stored = runs.map(({ storedPath }) => storedPath!);
    return {
      runs: runs.map(({ state: at, mode, promisedRows, fileBytes }) => ({ state: at, mode, promisedRows, fileBytes })), rows, contents, arrivals: arrivals.map(({ sm3 }) => sm3),
      bells: bells!.count, failed: state.outcome === 'failed', reason: state.reason, failures: state.failures, waiting: state.waiting,
      missing: stored.filter((path) => !kept.includes(path)), leftover: kept.filter((path) => !stored.includes(path)), lies: await this.scene.lies(feed),
    };
  }
}

/** Places are told of to one at a time. */
let turn: Promise<unknown> = Promise.resolve();
function alone<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work, work);
  turn = result.catch(() => undefined);
  return result;
}

/** Each place once, in the order of a fetch that nothing disturbed; whoever takes over comes by again up to where its delivery is known. */
function planOf(points: string[]): string[] {
  const known = points.indexOf(KNOWN);
  return points.map((point, at) => {
    const nth = known >= 0 && at > known ? 1 : points.slice(0, at + 1).filter((one) => one === point).length;
    return nth === 1 ? point : `${point}#${nth}`;
  });
}

function contractOf(feed: string, { transport, format }: Scene): string {
  return `
feed: ${feed}
title: { zh: 包裹, en: Parcels }
supplier: { id: fiction-post, zh: 虚构邮局, en: Fiction Post }
origin: local
coverage: partial
transport: ${JSON.stringify(transport(feed))}
format: { kind: ${format} }
mode: delta
asOf: { fileName: '(\\d{14}|\\d{8})' }
schedule: { every: day }
freshness: { overdueAfterDays: 3 }
limits: { shrink: 5%, rejects: 10% }
key: [编号]
stamp: 更新时间
operation: { field: 操作, add: 增, change: 改, remove: 删 }
fields:
  编号: { as: no, title: Number, type: text, max: 40, required: true }
  备注: { as: note, title: Note, type: text }
  更新时间: { as: changed_at, title: Changed, type: stamp }
  操作: { as: operation, title: Operation, type: text, required: true }
`;
}
