import { Redis } from 'ioredis';

/** The connection rates are counted over. Redis may go away and come back; nothing waits for it. */
export function openRedis(url: string): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, connectTimeout: 2000, lazyConnect: false });
  redis.on('error', () => undefined);
  return redis;
}
