/*
 * Role: embedded PostgreSQL and Redis, the supervisor that starts and stops the whole hub in order, and its settings.
 * Hides: where binaries come from, whom they run as, ports, pid files, orphans of a killed start.
 * Reads: the npm package with PostgreSQL's binaries, the distribution's Redis package, the data folder, the environment.
 * Writes: the data folder (postgres/, redis/, logs/, run/) and the cache folder.
 * Never: looks into a table or a queue.
 */
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres/postgres.js';
export { checkPostgres } from './postgres/check.js';
export { startRedis, type RedisOptions, type RedisServer } from './redis/redis.js';
export { checkRedis } from './redis/check.js';
export { findRedis } from './redis/binaries.js';
export { Supervisor, type SupervisorOptions } from './supervisor/supervisor.js';
export { DataFolder, type HubFile } from './supervisor/data-folder.js';
export { isFree } from './process/port.js';
export { credentialSetting, inheritedEnvironment, prefersChinese, readGatewaySettings, readSettings, readWorkerSettings, type Settings } from './settings/settings.js';
export type { WorkerSettings } from './settings/worker-settings.js';
