/*
 * Role: the bell. Names the queues and rings them for what PostgreSQL's outbox announces.
 * Hides: BullMQ's job ids and options, the outbox's relay, the sweep for lost bells.
 * Reads: runs.outbox, runs.run, runs.fetch.
 * Writes: BullMQ jobs that carry a run's number or a feed's name, runs.outbox.sent_at.
 * Never: puts a record into a job, or believes Redis about what is done.
 */
export { postgresBell, prepareQueues } from './postgres-bell.js';
export { QUEUES, QUEUE_PREFIX, type FetchJob, type QueueName, type Queues, type QueueSettings, type RunJob } from './queues.js';
export { Relay } from './relay.js';
