import { afterEach, describe, expect, it } from '@jest/globals';
import { systemClock, type Clock } from '#kernel';
import type { StandingGrant } from '#sharing';
import type { Redis } from 'ioredis';
import { testRedisUrl } from '../../../../test/support/redis.js';
import { openRedis } from './redis.js';
import { TokenBuckets } from './token-bucket.js';

const grantOf = (id: string, quota: StandingGrant['quota']): StandingGrant => ({ id, quota } as StandingGrant);

describe('a grant\'s rate', () => {
  const connections: Redis[] = [];
  afterEach(() => { for (const redis of connections.splice(0)) redis.disconnect(); });
  const redisOf = async (): Promise<Redis> => {
    const redis = openRedis(testRedisUrl()!);
    connections.push(redis);
    await new Promise((resolve) => redis.once('ready', resolve));
    return redis;
  };
  const count = async (buckets: TokenBuckets[], grant: StandingGrant, calls: number): Promise<number> => {
    const outcomes = await Promise.allSettled(Array.from({ length: calls }, (_, i) => Promise.resolve().then(() => buckets[i % buckets.length]!.take(grant, 1))));
    return outcomes.filter((one) => one.status === 'fulfilled').length;
  };

  it('is one for all gateways that share Redis', async () => {
    const grant = grantOf(`g-${Math.random()}`, { perSecond: 10, burst: 40, perDay: 1e9 });
    const buckets = [new TokenBuckets(await redisOf(), systemClock), new TokenBuckets(await redisOf(), systemClock)];
    const begun = performance.now();
    const admitted = await count(buckets, grant, 200);
    // What flowed in while they were asked was given too.
    const flowed = 10 * (performance.now() - begun) / 1000;
    expect(admitted).toBeGreaterThanOrEqual(38);
    expect(admitted).toBeLessThanOrEqual(40 + Math.ceil(flowed) + 1);
  });

  it('fills up again with time', async () => {
    const grant = grantOf(`g-${Math.random()}`, { perSecond: 50, burst: 5, perDay: 1e9 });
    const buckets = [new TokenBuckets(await redisOf(), systemClock)];
    await count(buckets, grant, 20);
    await expect(Promise.resolve().then(() => buckets[0]!.take(grant, 5))).rejects.toMatchObject({ code: 'HUSHU-SHARING-26', retry: true, details: { retryAfter: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await expect(Promise.resolve(buckets[0]!.take(grant, 5))).resolves.toMatchObject({ limit: 5 });
  });

  it('lets a call for more than a full bucket through when it is full, and then waits it out', async () => {
    const grant = grantOf(`g-${Math.random()}`, { perSecond: 100, burst: 50, perDay: 1e9 });
    const buckets = new TokenBuckets(await redisOf(), systemClock);
    await buckets.take(grant, 200);
    await expect(Promise.resolve().then(() => buckets.take(grant, 1))).rejects.toMatchObject({ code: 'HUSHU-SHARING-26' });
  });

  it('is kept by each gateway for itself when Redis is not there', async () => {
    const grant = grantOf('alone', { perSecond: 10, burst: 20, perDay: 1e9 });
    const away = openRedis('redis://127.0.0.1:1');
    connections.push(away);
    // The clock stands still: a bucket of its own is counted by it alone, so not one token comes back meanwhile.
    const still: Clock = { now: () => new Date(0) };
    for (const redis of [undefined, away]) expect(await count([new TokenBuckets(redis, still)], grant, 100)).toBe(20);
  });
});
