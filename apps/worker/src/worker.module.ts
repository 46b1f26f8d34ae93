import { Module, type DynamicModule } from '@nestjs/common';
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { setDefaultBackendFactory, type Queue } from 'bullmq';
import { join } from 'node:path';
import { Database, passwordsFrom } from '#database';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import { Ledger } from '#runs';
import { QUEUES, QUEUE_PREFIX, type QueueName, Relay, type RunJob } from '#runs/queue';
import type { Settings } from '#services';
import { Stager } from '#staging';
import { codeOf, Line } from './line/line.js';
import { ApplyProcessor, LinkProcessor, StageProcessor } from './processors.js';
import { WorkerLife } from './worker-life.js';

export interface WorkerOptions { settings: Settings; keepDeliveries: boolean; log: (entry: object) => void }

/** The worker: one processor a queue, the relay that rings them, and what they work with. */
@Module({})
export class WorkerModule {
  static async create({ settings, keepDeliveries, log }: WorkerOptions): Promise<DynamicModule> {
    const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
    const database = new Database({
      url: settings.DATABASE_URL!, applicationName: 'hushu-worker', poolSize: 6,
      passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)),
    });
    const connection = await bellConnection(settings, database);
    const names = Object.keys(QUEUES) as QueueName[];
    return {
      module: WorkerModule,
      imports: [
        BullModule.forRoot({ connection, prefix: QUEUE_PREFIX }),
        BullModule.registerQueue(...names.map((name) => ({ name }))),
      ],
      providers: [
        StageProcessor, LinkProcessor, ApplyProcessor, WorkerLife,
        { provide: Database, useValue: database },
        { provide: Ledger, useFactory: () => new Ledger(database, systemClock) },
        { provide: FeedCatalogue, useFactory: () => FeedCatalogue.load(settings.HUSHU_CONFIG) },
        { provide: Line, inject: [Ledger, FeedCatalogue], useFactory: (ledger: Ledger, catalogue: FeedCatalogue) => lineOf(database, ledger, catalogue, keys, settings, keepDeliveries, log) },
        {
          provide: Relay, inject: [Ledger, ...names.map((name) => getQueueToken(name))],
          useFactory: (ledger: Ledger, ...queues: Queue<RunJob>[]) => new Relay(
            database, ledger, Object.fromEntries(names.map((name, i) => [name, queues[i]])) as Record<QueueName, Queue<RunJob>>,
            (error) => log({ level: 'warn', at: 'relay', error: codeOf(error) })),
        },
      ],
    };
  }
}

/** Redis, or BullMQ's own PostgreSQL backend where there is none. */
async function bellConnection(settings: Settings, database: Database): Promise<object> {
  if (settings.REDIS_URL !== undefined) return { url: settings.REDIS_URL, maxRetriesPerRequest: null };
  const { createPostgresBackend } = await import('bullmq');
  setDefaultBackendFactory(createPostgresBackend as never);
  return { connectionString: database.urlOf('runs'), schema: 'bullmq', migrate: true };
}

function lineOf(
  database: Database, ledger: Ledger, catalogue: FeedCatalogue, keys: Keys, settings: Settings, keepDeliveries: boolean, log: WorkerOptions['log'],
): Line {
  return new Line({
    database, ledger, catalogue, worker: `worker-${process.pid}`,
    stager: new Stager(database, ledger, catalogue, keys, { store: keepDeliveries ? join(settings.HUSHU_DATA, 'deliveries') : null }),
    onError: (run, step, error) => log({ level: 'error', run, step, error: codeOf(error), at: placeOf(error) }),
  });
}

/** Where an error came from: its stack without its message, which may quote a value. */
function placeOf(error: unknown): string | undefined {
  return (error as Error).stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 6).map((line) => line.trim()).join(' | ');
}
