import type { Exit } from '../process/child.js';

/** What a service of our own, PostgreSQL or Redis, looks like to the supervisor. */
export interface Service {
  url: string;
  pid: number;
  exited: Promise<Exit>;
  stop(): Promise<void>;
}

/** A service that is started again when it dies: its callers only see connections break. */
export class KeptService<S extends Service> {
  private stopping = false;
  private starting: Promise<void> | undefined;

  private constructor(
    private service: S, private readonly start: () => Promise<S | undefined>, private readonly events: ServiceEvents,
  ) {
    this.watch();
  }

  /** Starts it; nothing when this machine has none. */
  static async start<S extends Service>(start: () => Promise<S | undefined>, events: ServiceEvents): Promise<KeptService<S> | undefined> {
    const service = await start();
    return service && new KeptService(service, start, events);
  }

  get url(): string {
    return this.service.url;
  }

  get pid(): number {
    return this.service.pid;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.starting;
    await this.service.stop();
  }

  private watch(): void {
    void this.service.exited.then((exit) => {
      if (this.stopping) return;
      this.events.onRestart(`exit ${exit.code ?? exit.signal}`);
      this.starting = this.restart();
    });
  }

  private async restart(): Promise<void> {
    const before = this.service.url;
    for (let pause = 50; !this.stopping; pause = Math.min(5000, pause * 2)) {
      try {
        const again = await this.start();
        if (again) {
          this.service = again;
          this.watch();
          if (again.url !== before) this.events.onMoved();
          return;
        }
      } catch (error) {
        this.events.onRestart(error instanceof Error ? error.message : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

export interface ServiceEvents {
  /** It died, or would not come back yet. */
  onRestart: (reason: string) => void;
  /** It came back under another address. */
  onMoved: () => void;
}
