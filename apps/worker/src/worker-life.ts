import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '#database';
import { Relay } from '#runs/queue';
import { FetchLine } from './line/fetch.js';
import { Line } from './line/line.js';

/** Starts the relay when the processors stand, clears what dead runs left, and stops in the opposite order. */
@Injectable()
export class WorkerLife implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private janitor: NodeJS.Timeout | null = null;

  constructor(private readonly relay: Relay, private readonly line: Line, private readonly fetchLine: FetchLine, private readonly database: Database) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.fetchLine.schedule();
    await this.relay.start();
    const sweep = () => void this.line.sweepLeftovers().then(() => this.line.sweepUnmeasured()).catch(() => undefined);
    sweep();
    this.janitor = setInterval(sweep, 60_000);
  }

  /** Before the processors are closed, which wait for their jobs: a fetch may take hours. */
  beforeApplicationShutdown(): void {
    this.fetchLine.leave();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.janitor !== null) clearInterval(this.janitor);
    await this.relay.stop();
    await this.database.end();
  }
}
