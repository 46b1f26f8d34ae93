import type { Clock } from '#kernel';
import { quotaExceeded, type Rate, type StandingGrant, type Throttle } from '#sharing';
import type { Redis } from 'ioredis';

/** How a bucket stood after something was taken, or why nothing was. */
interface Taken { given: number; left: number; waitMs: number }

interface Lease { left: number; until: number; shared: number; waiting: Promise<void> | undefined; local: { tokens: number; at: number } }

/** A gateway takes so much of a second's people out of the shared bucket at once, and hands it out by itself. */
const LEASE_SHARE = 0.05;
const LEASE_MS = 250;
/** Redis is the bell, not the truth: when it is silent for so long, each gateway counts for itself. */
const REDIS_PATIENCE_MS = 150;

/**
 * The bucket: $1 people a second, $2 at most, $3 wanted now, $4 wanted if there is plenty. What is more than a
 * full bucket is given when it is full and leaves a debt, so that a large call waits and is not refused for ever.
 */
const SCRIPT = `
local now = redis.call('time')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local kept = redis.call('hmget', KEYS[1], 'tokens', 'at')
local rate, burst, need, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local tokens = math.min(burst, (tonumber(kept[1]) or burst) + (at - (tonumber(kept[2]) or at)) * rate / 1000)
local given, wait = 0, 0
local enough = math.min(need, burst)
if tokens >= enough then given = math.max(need, math.min(want, math.floor(tokens))) tokens = tokens - given
else wait = math.ceil((enough - tokens) * 1000 / rate) end
redis.call('hset', KEYS[1], 'tokens', tostring(tokens), 'at', at)
redis.call('pexpire', KEYS[1], math.ceil((burst + math.max(0, -tokens)) * 1000 / rate) + 1000)
return {given, math.floor(tokens), wait}`;

/** A token bucket a grant, shared by all gateways through Redis and leased from it in small parts. */
export class TokenBuckets implements Throttle {
  private readonly leases = new Map<string, Lease>();

  constructor(private readonly redis: Redis | undefined, private readonly clock: Clock) {}

  take(grant: StandingGrant, persons: number): Rate | Promise<Rate> {
    const lease = this.leaseOf(grant);
    if (lease.left >= persons && lease.until > this.clock.now().getTime()) {
      lease.left -= persons;
      return rateOf(grant, lease);
    }
    return this.takeShared(grant, lease, persons);
  }

  private async takeShared(grant: StandingGrant, lease: Lease, persons: number): Promise<Rate> {
    // One at a time asks for a new lease; who waited tries it first.
    while (lease.waiting) await lease.waiting;
    const now = this.clock.now().getTime();
    if (lease.left >= persons && lease.until > now) {
      lease.left -= persons;
      return rateOf(grant, lease);
    }
    let free = (): void => undefined;
    lease.waiting = new Promise((resolve) => { free = resolve; });
    try {
      const want = persons + Math.max(1, Math.floor(grant.quota.perSecond * LEASE_SHARE));
      const { given, left, waitMs } = await this.ask(grant, lease, persons, want);
      lease.shared = Math.max(0, left);
      if (given < persons) throw quotaExceeded(Math.max(1, Math.ceil(waitMs / 1000)), grant.quota.perSecond, 'second');
      lease.left = given - persons;
      lease.until = now + LEASE_MS;
      return rateOf(grant, lease);
    } finally {
      lease.waiting = undefined;
      free();
    }
  }

  private async ask(grant: StandingGrant, lease: Lease, need: number, want: number): Promise<Taken> {
    const { perSecond, burst } = grant.quota;
    if (this.redis?.status === 'ready') {
      const answer = this.redis.eval(SCRIPT, 1, `{hushu:rate:${grant.id}}`, perSecond, burst, need, want) as Promise<[number, number, number]>;
      const late = new Promise<undefined>((resolve) => { setTimeout(resolve, REDIS_PATIENCE_MS, undefined).unref(); });
      const result = await Promise.race([answer.catch(() => undefined), late]);
      if (result) return { given: result[0], left: result[1], waitMs: result[2] };
    }
    return takeLocal(lease.local, this.clock.now().getTime(), { perSecond, burst, need });
  }

  private leaseOf(grant: StandingGrant): Lease {
    let lease = this.leases.get(grant.id);
    if (!lease) {
      const local = { tokens: grant.quota.burst, at: this.clock.now().getTime() };
      this.leases.set(grant.id, lease = { left: 0, until: 0, shared: grant.quota.burst, waiting: undefined, local });
    }
    return lease;
  }
}

/** The same bucket, in this process alone. */
function takeLocal(bucket: Lease['local'], now: number, { perSecond, burst, need }: { perSecond: number; burst: number; need: number }): Taken {
  const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) * perSecond / 1000);
  bucket.at = now;
  const enough = Math.min(need, burst);
  bucket.tokens = tokens >= enough ? tokens - need : tokens;
  return tokens >= enough
    ? { given: need, left: Math.floor(bucket.tokens), waitMs: 0 }
    : { given: 0, left: Math.floor(tokens), waitMs: Math.ceil((enough - tokens) * 1000 / perSecond) };
}

function rateOf(grant: StandingGrant, lease: Lease): Rate {
  const remaining = lease.shared + lease.left;
  return { limit: grant.quota.burst, remaining, resetSeconds: Math.max(1, Math.ceil((grant.quota.burst - remaining) / grant.quota.perSecond)) };
}
