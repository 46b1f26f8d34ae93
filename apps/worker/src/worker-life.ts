import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '#database';
import { Relay } from '#runs/queue';
import { Line } from './line/line.js';

/** Starts the relay when the processors stand, clears what dead runs left, and stops in the opposite order. */
@Injectable()
export class WorkerLife implements OnApplicationBootstrap, OnApplicationShutdown {
  private janitor: NodeJS.Timeout | null = null;

  constructor(private readonly relay: Relay, private readonly line: Line, private readonly database: Database) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.relay.start();
    const sweep = () => void this.line.sweepLeftovers().then(() => this.line.sweepUnmeasured()).catch(() => undefined);
    sweep();
    this.janitor = setInterval(sweep, 60_000);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.janitor !== null) clearInterval(this.janitor);
    await this.relay.stop();
    await this.database.end();
  }
}
