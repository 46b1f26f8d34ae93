/**
 * The run's Redis. Queues of tests that run side by side share it, so a test takes a prefix of its own.
 * Undefined on a machine that has no Redis at all: the queues then run on PostgreSQL.
 */
export function testRedisUrl(): string | undefined {
  return process.env['HUSHU_TEST_REDIS_URL'] || undefined;
}
