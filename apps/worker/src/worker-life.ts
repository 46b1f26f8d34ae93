import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '#database';
import { Relay } from '#runs/queue';
import { Watch } from '#watch';
import { FetchLine } from './line/fetch.js';
import { Janitor } from './janitor.js';

/** Milliseconds between looks at how feeds stand. */
const LOOK_EVERY = 10_000;

/** Milliseconds between sweeps. */
const SWEEP_EVERY = 60_000;

/** Starts the relay when the processors stand, clears what dead runs left, and stops in the opposite order. */
@Injectable()
export class WorkerLife implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private sweeper: NodeJS.Timeout | null = null;
  private watcher: NodeJS.Timeout | null = null;
  private watching: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly relay: Relay, private readonly janitor: Janitor, private readonly fetchLine: FetchLine, private readonly watch: Watch, private readonly database: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.fetchLine.schedule();
    await this.relay.start();
    const sweep = () => void this.janitor.sweep();
    sweep();
    this.sweeper = setInterval(sweep, SWEEP_EVERY);
    // One look after the other: a channel that does not answer takes its time.
    let busy = false;
    this.watcher = setInterval(() => {
      if (busy) return;
      busy = true;
      this.watching = this.watch.round().catch(() => undefined).finally(() => { busy = false; });
    }, LOOK_EVERY);
  }

  /** Before the processors are closed, which wait for their jobs: a fetch may take hours. */
  beforeApplicationShutdown(): void {
    this.fetchLine.leave();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.sweeper !== null) clearInterval(this.sweeper);
    if (this.watcher !== null) clearInterval(this.watcher);
    await this.watching;
    await this.relay.stop();
    await this.database.end();
  }
}
