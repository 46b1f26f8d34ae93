import type { Offers } from './give/offers.js';
import type { Outgoing } from './take/outgoing.js';
import type { Upstream } from './take/upstream.js';

/** One round of what a hub does for its neighbours: numbers what it gives, sends what it owes, looks at their catalogues. */
export class Exchange {
  constructor(private readonly offers: Offers, private readonly outgoing: Outgoing, private readonly upstream: Upstream) {}

  /** One part that fails keeps none of the others from going on. @throws what the first of them threw */
  async round(signal: AbortSignal): Promise<void> {
    const faults: unknown[] = [];
    for (const part of [() => this.offers.offerNew(), () => this.outgoing.gather(), () => this.outgoing.send(signal), () => this.upstream.refresh(signal)]) {
      if (signal.aborted) return;
      await part().catch((error: unknown) => { if (!signal.aborted) faults.push(error); });
    }
    if (faults.length > 0) throw faults[0];
  }
}
