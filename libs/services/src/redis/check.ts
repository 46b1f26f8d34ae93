import { HubError } from '#kernel';

/**
 * Refuses a Redis that may throw jobs away or that is not to be reached.
 * Throws HUSHU-SERVICES-06 (evicts), HUSHU-SERVICES-07 (does not answer).
 */
export async function checkRedis(url: string): Promise<void> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 5000, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1];
    if (policy !== undefined && policy !== 'noeviction') throw evicts(policy);
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError({
      code: 'HUSHU-SERVICES-07',
      zh: 'REDIS_URL 指向的 Redis 连接不上',
      en: 'The Redis that REDIS_URL points at does not answer',
      hintZh: '检查地址与口令,或去掉 REDIS_URL 以使用内嵌的 Redis',
      hintEn: 'Check its address and password, or unset REDIS_URL to use one of our own',
      retry: true, cause,
    });
  } finally {
    redis.disconnect();
  }
}

function evicts(policy: string): HubError {
  return new HubError({
    code: 'HUSHU-SERVICES-06',
    zh: `Redis 的 maxmemory-policy 是 ${policy},会丢弃队列中的任务`,
    en: `Redis runs with maxmemory-policy ${policy} and would throw queued jobs away`,
    hintZh: '把它设为 noeviction',
    hintEn: 'Set it to noeviction',
  });
}
