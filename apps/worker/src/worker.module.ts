import { Module, type DynamicModule } from '@nestjs/common';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { AuditWriter } from '#access';
import { Database, passwordsFrom } from '#database';
import { Exchange, neighbourHub, Offers, Outgoing, readNeighbours, Upstream } from '#exchange';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { CredentialStore, loadKeys, type Keys } from '#keys';
import { Copies, FetchLedger, Ledger, Redrives, Replays } from '#runs';
import { postgresBell, QUEUES, QUEUE_PREFIX, type QueueName, type Queues, Relay } from '#runs/queue';
import { type Settings, type WorkerSettings } from '#services';
import { amendCatalogue, CopyKeeper, FetchedDeliveries, readRetentionSettings, Redriver, Stager } from '#staging';
import { FeedWatch, Notices, readAlertSettings, Watch } from '#watch';
import { Janitor } from './janitor.js';
import { EXCHANGE, ExchangeRounds, type Round } from './exchange-rounds.js';
import { credentialOf } from './line/credential-of.js';
import { FetchLine } from './line/fetch.js';
import { codeOf } from './line/failure.js';
import { Line } from './line/line.js';
import { RedriveLine } from './line/redrive-line.js';
import { ReplayLine } from './line/replay-line.js';
import { ApplyProcessor, FetchProcessor, LinkProcessor, RedriveProcessor, ReplayProcessor, StageProcessor } from './processors.js';
import { WorkerLife } from './worker-life.js';

export interface WorkerOptions { settings: Settings; own: WorkerSettings; log: (entry: object) => void }

/** The worker: one processor a queue, the relay that rings them, and what they work with. */
@Module({})
export class WorkerModule {
  static async create(options: WorkerOptions): Promise<DynamicModule> {
    const { settings, log } = options;
    const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
    // No other process ever has this name: leases and sessions are told apart by it.
    const worker = `worker-${process.pid}-${randomBytes(4).toString('hex')}`;
    const database = new Database({
      url: settings.DATABASE_URL!, applicationName: worker, poolSize: 6,
      passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)),
    });
    const credential = (name: string) => credentialOf(new CredentialStore(join(settings.HUSHU_DATA, 'credentials'), keys.sealer()), name);
    const neighbours = await readNeighbours(settings.HUSHU_CONFIG);
    const audit = new AuditWriter(database, keys, systemClock);
    const alerts = await readAlertSettings(settings.HUSHU_CONFIG);
    const connection = bellConnection(settings, database);
    const names = Object.keys(QUEUES) as QueueName[];
    return {
      module: WorkerModule,
      imports: [
        BullModule.forRoot({ connection, prefix: QUEUE_PREFIX }),
        BullModule.registerQueue(...names.map((name) => ({ name }))),
      ],
      providers: [
        StageProcessor, LinkProcessor, ApplyProcessor, FetchProcessor, RedriveProcessor, ReplayProcessor, WorkerLife, ExchangeRounds,
        { provide: Database, useValue: database },
        { provide: Ledger, useFactory: () => new Ledger(database, systemClock) },
        { provide: FetchLedger, inject: [Ledger], useFactory: (ledger: Ledger) => new FetchLedger(database, ledger) },
        { provide: FeedCatalogue, useFactory: () => FeedCatalogue.load(settings.HUSHU_CONFIG) },
        { provide: Line, inject: [Ledger, FeedCatalogue], useFactory: (ledger: Ledger, catalogue: FeedCatalogue) => lineOf({ ...options, database, ledger, catalogue, keys, worker }) },
        { provide: RedriveLine, inject: [Ledger, FeedCatalogue], useFactory: (ledger: Ledger, catalogue: FeedCatalogue) => redriveLineOf({ ...options, database, ledger, catalogue, keys, worker }) },
        {
          provide: ReplayLine, inject: [Ledger, FeedCatalogue],
          useFactory: (ledger: Ledger, catalogue: FeedCatalogue) => new ReplayLine({
            database, ledger, catalogue, keys, worker, replays: new Replays(database, systemClock),
            onError: (replay, error) => log({ level: 'error', replay, step: 'replay', error: codeOf(error), at: placeOf(error) }),
          }),
        },
        {
          provide: Janitor, inject: [Line, ReplayLine, FeedCatalogue],
          useFactory: (line: Line, replayLine: ReplayLine, catalogue: FeedCatalogue) => {
            const feeds = catalogue.contracts.map(({ feed }) => feed);
            return new Janitor(line, replayLine, new CopyKeeper(new Copies(database), readRetentionSettings(settings.HUSHU_CONFIG, feeds), systemClock), feeds);
          },
        },
        {
          provide: FetchLine, inject: [FetchLedger, FeedCatalogue],
          useFactory: (fetches: FetchLedger, catalogue: FeedCatalogue) => new FetchLine({
            fetches, catalogue, worker, amend: () => amendCatalogue(database, catalogue), clock: systemClock, deliveries: new FetchedDeliveries(deliveriesOf(settings), keys, fetches),
            credential, neighbour: async (name) => neighbourHub(neighbours, keys, name),
            onError: (feed, error) => log({ level: 'error', feed, step: 'fetch', error: codeOf(error), at: placeOf(error) }),
          }),
        },
        { provide: AuditWriter, useValue: audit },
        { provide: EXCHANGE, inject: [FeedCatalogue], useFactory: (catalogue: FeedCatalogue) => roundOf({ database, keys, clock: systemClock, neighbours, audit, catalogue, credential }, log) },
        {
          provide: Watch, inject: [FeedCatalogue],
          useFactory: (catalogue: FeedCatalogue) => new Watch(new FeedWatch(database, () => catalogue.contracts, systemClock), new Notices({
            database, settings: alerts, credential, clock: systemClock, titleOf: (feed) => catalogue.find(feed)?.title ?? { zh: feed, en: feed },
          })),
        },
        {
          provide: Relay, inject: [Ledger, FetchLedger, ...names.map((name) => getQueueToken(name))],
          useFactory: (ledger: Ledger, fetches: FetchLedger, ...queues: Queues[QueueName][]) => new Relay(
            database, ledger, fetches, Object.fromEntries(names.map((name, i) => [name, queues[i]])) as unknown as Queues,
            (error) => log({ level: 'warn', at: 'relay', error: codeOf(error) })),
        },
      ],
    };
  }
}

/** Null where the district has no neighbour: nothing is looked for then. */
function roundOf(parts: ConstructorParameters<typeof Outgoing>[0], log: (entry: object) => void): Round | null {
  if (parts.neighbours.list.length === 0) return null;
  const exchange = new Exchange(new Offers(parts), new Outgoing(parts), new Upstream(parts));
  return (signal) => exchange.round(signal).catch((error: unknown) => log({ level: 'error', at: 'exchange', error: codeOf(error), place: placeOf(error) }));
}

/** Where sealed deliveries are kept. */
const deliveriesOf = (settings: Settings): string => join(settings.HUSHU_DATA, 'deliveries');

/** Redis, or BullMQ's own PostgreSQL backend where there is none. */
function bellConnection(settings: Settings, database: Database): object {
  if (settings.REDIS_URL !== undefined) return { url: settings.REDIS_URL, maxRetriesPerRequest: null };
  return postgresBell(database.urlOf('runs'));
}

interface LineMakings extends WorkerOptions { database: Database; ledger: Ledger; catalogue: FeedCatalogue; keys: Keys; worker: string }

function lineOf({ database, ledger, catalogue, keys, worker, settings, own, log }: LineMakings): Line {
  return new Line({
    database, ledger, catalogue, worker,
    stager: new Stager(database, ledger, catalogue, keys, {
      store: own.HUSHU_KEEP_DELIVERIES === 'on' ? deliveriesOf(settings) : null, chunkRows: own.HUSHU_CHUNK_ROWS,
    }),
    onError: (run, step, error) => log({ level: 'error', run, step, error: codeOf(error), at: placeOf(error) }),
  });
}

function redriveLineOf({ database, ledger, catalogue, keys, worker, settings, log }: LineMakings): RedriveLine {
  return new RedriveLine({
    redrives: new Redrives(database, ledger, systemClock), ledger, catalogue, worker,
    // There is no other copy of what is written here: it is kept whatever becomes of suppliers' deliveries.
    redriver: new Redriver(database, keys, join(settings.HUSHU_DATA, 'deliveries')),
    onError: (redrive, error) => log({ level: 'error', redrive, step: 'redrive', error: codeOf(error), at: placeOf(error) }),
  });
}

/** Where an error came from: its stack without its message, which may quote a value. */
function placeOf(error: unknown): string | undefined {
  return (error as Error).stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 6).map((line) => line.trim()).join(' | ');
}
