import { LEASE } from './ledger.js';

/**
 * Renews a lease while `work` runs and aborts it when the lease is lost. A worker that lost its lease may
 * go on for a moment: the fencing token refuses what it would still commit.
 */
export async function holdLease<L, T>(ledger: { renew(lease: L): Promise<boolean> }, lease: L, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const lost = new AbortController();
  let stopped = false;
  const timer = setInterval(() => {
    ledger.renew(lease).then(
      (held) => { if (!held && !stopped) lost.abort(); },
      () => { /* A renewal that fails for want of a connection is tried again; the fence decides in the end. */ },
    );
  }, LEASE.renewEvery);
  try {
    return await work(lost.signal);
  } finally {
    stopped = true;
    clearInterval(timer);
  }
}
