import type { Queue } from 'bullmq';

/** One queue a stage of a run. */
export type RunQueue = 'stage' | 'link' | 'apply';

/** A queue without all of its settings does not compile. */
export type QueueName = RunQueue | 'fetch' | 'redrive' | 'replay';

export interface QueueSettings {
  /** Jobs a worker takes at once. */
  concurrency: number;
  /** Milliseconds before a silent worker's job is given to another. PostgreSQL's lease decides whether it may act. */
  lockDuration: number;
  stalledInterval: number;
  /** A job may be found stalled this often: attempts are counted in the ledger, not here. */
  maxStalledCount: number;
}

export const QUEUES: Record<QueueName, Required<QueueSettings>> = {
  // Reading and checking files: bound by one core.
  stage: { concurrency: 2, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 1000 },
  // Two, so that a run that waits for the lane does not keep the lane's holder from its next step.
  link: { concurrency: 2, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 1000 },
  // Waiting for other people's machines: a slow one must not keep the others from being asked.
  fetch: { concurrency: 4, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 1000 },
  apply: { concurrency: 2, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 1000 },
  redrive: { concurrency: 1, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 1000 },
  // Nobody waits for it as for a delivery.
  replay: { concurrency: 1, lockDuration: 2000, stalledInterval: 1000, maxStalledCount: 1000 },
};

/** What a job carries: which run to look at, in the queues `redrive` and `replay` which order. Never a record. */
export interface RunJob { run: number }

/** What a job of the queue `fetch` carries: which feed to look at. */
export interface FetchJob { feed: string }

export type Queues = Record<RunQueue | 'redrive' | 'replay', Queue<RunJob>> & { fetch: Queue<FetchJob> };

/** BullMQ's keys share a hash tag, so that Redis Cluster keeps a queue on one node. */
export const QUEUE_PREFIX = '{hushu}';
