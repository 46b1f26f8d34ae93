import { availableParallelism, totalmem } from 'node:os';

const MB = 1024 * 1024;

export interface TuningFacts {
  /** Bytes of the machine; what this machine has when not given. */
  memory?: number;
  cores?: number;
  /** False only for tests, whose data nobody misses after a power cut. */
  durable?: boolean;
}

/**
 * Settings for one hub on a machine it shares with its own workers: a sixth of the memory for the buffer cache
 * (deliveries stream through it, they do not live in it), and room in the log for a whole first delivery between
 * two checkpoints. Computed, so that 4 GB and 24 GB both hold.
 */
export function tuning({ memory = totalmem(), cores = availableParallelism(), durable = true }: TuningFacts = {}): Record<string, string> {
  const megabytes = memory / MB;
  const between = (low: number, share: number, high: number): string => `${Math.round(Math.min(high, Math.max(low, megabytes * share)))}MB`;
  return {
    shared_buffers: between(128, 1 / 6, 8192),
    effective_cache_size: between(256, 1 / 2, 131_072),
    work_mem: between(8, 1 / 384, 64),
    // 64 MB built keys twice as fast as 512 MB: the sort stays in the processor's cache.
    maintenance_work_mem: '64MB',
    autovacuum_work_mem: '64MB',
    max_parallel_maintenance_workers: String(Math.min(4, Math.max(1, cores))),
    max_parallel_workers_per_gather: String(Math.min(4, Math.max(1, cores >> 1))),
    max_parallel_workers: String(Math.max(2, cores)),
    max_worker_processes: String(Math.max(8, cores * 2)),
    max_connections: '150',
    wal_level: 'replica',
    max_wal_senders: '4',
    // The npm build knows pglz only, which costs more processor time than the pages cost the disk.
    wal_compression: 'off',
    wal_buffers: '16MB',
    min_wal_size: between(256, 1 / 24, 2048),
    max_wal_size: between(1024, 1 / 3, 16_384),
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    // The default of 200 pages a second round leaves the writing to whoever reads next.
    bgwriter_lru_maxpages: '1000',
    random_page_cost: '1.1',
    effective_io_concurrency: '64',
    jit: 'off',
    autovacuum_naptime: '15s',
    autovacuum_vacuum_cost_limit: '2000',
    synchronous_commit: 'on',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    listen_addresses: `'127.0.0.1'`,
    password_encryption: `'scram-sha-256'`,
    timezone: `'UTC'`,
    log_timezone: `'UTC'`,
    // A failing row's values are in DETAIL and CONTEXT, a failing statement's in itself: neither goes to a log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_line_prefix: `'%m [%p] %q%a '`,
    log_checkpoints: 'off',
  };
}

export function settingsFile(settings: Record<string, string>): string {
  return `# Written at every start from this machine's memory and processors.\n${
    Object.entries(settings).map(([name, value]) => `${name} = ${value}`).join('\n')}\n`;
}
