import { AuditWriter } from '#access';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#database';
import type { Client } from 'pg';

/** Milliseconds between rounds when no run moves. */
const ROUND_EVERY = 15_000;

/** One round of what is done for neighbour hubs, which never throws; null where there are none. */
export type Round = (signal: AbortSignal) => Promise<void>;
export const EXCHANGE = Symbol('EXCHANGE');

/**
 * What is done for neighbour hubs, one round after the other: whenever a run has moved, and every few seconds for what
 * no bell tells. Stopped before the store is let go of.
 */
@Injectable()
export class ExchangeRounds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private listener: Client | null = null;
  private rounds: Promise<void> | null = null;
  private again = false;
  private readonly leaving = new AbortController();

  constructor(@Inject(EXCHANGE) private readonly once: Round | null, private readonly database: Database, private readonly audit: AuditWriter) {}

  onApplicationBootstrap(): void {
    if (this.once === null) return;
    this.timer = setInterval(() => { this.ring(); }, ROUND_EVERY);
    this.ring();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.leaving.abort();
    await this.rounds;
    await this.listener?.end().catch(() => undefined);
    await this.audit.end();
  }

  /** Any number of rings while a round goes on are one more round. */
  private ring(): void {
    this.again = true;
    this.rounds ??= this.goRound(this.once!).finally(() => { this.rounds = null; });
  }

  private async goRound(once: Round): Promise<void> {
    const { signal } = this.leaving;
    while (this.again && !signal.aborted) {
      this.again = false;
      // Without a bell there is still the clock.
      await this.listen().catch(() => undefined);
      await once(signal);
    }
  }

  private async listen(): Promise<void> {
    if (this.listener !== null) return;
    const client = await this.database.connect('runs');
    this.listener = client;
    client.on('notification', () => { this.ring(); });
    client.on('error', () => { this.listener = null; });
    await client.query('listen hushu_run');
  }
}
