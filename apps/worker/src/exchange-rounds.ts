import { AuditWriter } from '#access';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

/** Milliseconds between rounds. */
const ROUND_EVERY = 5_000;

/** One round of what is done for neighbour hubs, which never throws; null where there are none. */
export type Round = (signal: AbortSignal) => Promise<void>;
export const EXCHANGE = Symbol('EXCHANGE');

/** What is done for neighbour hubs, one round after the other; stopped before the store is let go of. */
@Injectable()
export class ExchangeRounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<unknown> = Promise.resolve();
  private readonly leaving = new AbortController();

  constructor(@Inject(EXCHANGE) private readonly once: Round | null, private readonly audit: AuditWriter) {}

  onApplicationBootstrap(): void {
    const { once, leaving: { signal } } = this;
    if (once === null) return;
    let busy = false;
    this.timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.round = once(signal).finally(() => { busy = false; });
    }, ROUND_EVERY);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.leaving.abort();
    await this.round;
    await this.audit.end();
  }
}
