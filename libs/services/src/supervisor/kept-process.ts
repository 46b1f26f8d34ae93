import { join } from 'node:path';
import { HubError } from '#kernel';
import { type Child, startChild } from '../process/child.js';
import { removePidfile, writePidfile } from '../process/pidfile.js';

export interface ProcessSpec {
  name: string;
  /** The program: a JavaScript file. */
  entry: string;
  /** Modules to load while the services start. */
  warm?: string[];
  /** Options of Node itself. */
  nodeArgs?: string[];
  /** Resolves when the program answers; for programs that do not say `{ready: true}` by message. */
  answers?: (signal: AbortSignal) => Promise<void>;
  /** How long a polite stop may take. Default 15 s. */
  graceMs?: number;
}

export interface Surroundings {
  logFile: string;
  pidfile: string;
  /** The environment the process is born with, before its settings arrive. */
  environment: NodeJS.ProcessEnv;
  onRestart: (name: string, reason: string) => void;
}

const PRELOAD = join(import.meta.dirname, 'preload.mjs');
const READY_MS = 60_000;
/** A process that lived this long before it died is started again at once, as if it had never failed. */
const STEADY_MS = 30_000;
const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 5000;

/** A worker or gateway: started, told its settings, started again when it dies, stopped when asked. */
export class KeptProcess {
  private child: Child | undefined;
  private settings: Record<string, string> | undefined;
  private stopping = false;
  private pause = FIRST_PAUSE_MS;
  private timer: NodeJS.Timeout | undefined;
  private restarting: Promise<void> | undefined;

  constructor(private readonly spec: ProcessSpec, private readonly around: Surroundings) {}

  /** The pid of the one that runs now. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts the process and lets it load its modules; it waits for `begin`. */
  async warmUp(): Promise<void> {
    const child = await startChild(process.execPath, [...this.spec.nodeArgs ?? [], '--enable-source-maps', '--import', PRELOAD, this.spec.entry], this.around.logFile, {
      ipc: true, env: { ...this.around.environment, HUSHU_WARM: JSON.stringify(this.spec.warm ?? []) },
    });
    this.child = child;
    writePidfile(this.around.pidfile, child.pid);
  }

  /** Hands over the settings and waits until the program is ready. Throws HUSHU-SERVICES-11 when it ends or stays silent. */
  async begin(settings: Record<string, string>): Promise<void> {
    this.settings = settings;
    await this.becomesReady(this.child!);
    this.watch(this.child!);
  }

  /** Starts the process again under other settings. */
  resettle(settings: Record<string, string>): void {
    this.settings = settings;
    this.child?.process.kill('SIGTERM');
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.end();
    await this.restarting;
    await this.end();
    removePidfile(this.around.pidfile);
  }

  private async end(): Promise<void> {
    await this.child?.stop('SIGTERM', this.spec.graceMs ?? 15_000);
  }

  private watch(child: Child): void {
    const began = Date.now();
    void child.exited.then((exit) => {
      if (this.stopping) return;
      this.pause = Date.now() - began > STEADY_MS ? FIRST_PAUSE_MS : Math.min(LAST_PAUSE_MS, this.pause * 2);
      this.again(`exit ${exit.code ?? exit.signal}`);
    });
  }

  private again(reason: string): void {
    this.around.onRestart(this.spec.name, reason);
    this.timer = setTimeout(() => { this.restarting = this.restart(); }, this.pause);
  }

  private async restart(): Promise<void> {
    try {
      await this.warmUp();
      if (this.stopping) return;
      await this.becomesReady(this.child!);
      this.watch(this.child!);
    } catch (error) {
      if (this.stopping) return;
      this.pause = Math.min(LAST_PAUSE_MS, this.pause * 2);
      this.again(error instanceof HubError ? error.text.en : String(error));
    }
  }

  private async becomesReady(child: Child): Promise<void> {
    const waiting = new AbortController();
    const said = new Promise<true>((resolve) => {
      child.process.on('message', (message: { ready?: boolean }) => { if (message.ready) resolve(true); });
    });
    const answered = this.spec.answers ? this.spec.answers(waiting.signal).then(() => true as const) : new Promise<never>(() => undefined);
    const ended = child.exited.then((exit) => `exit ${exit.code ?? exit.signal}`);
    const timer = new Promise<string>((resolve) => {
      waiting.signal.addEventListener('abort', () => clearTimeout(handle));
      const handle = setTimeout(resolve, READY_MS, `silent for ${READY_MS / 1000} s`);
    });
    answered.catch(() => undefined);
    try {
      child.process.send({ hushu: 'start', environment: this.settings! }, () => undefined);
      const outcome = await Promise.race([said, answered, ended, timer]);
      if (outcome !== true) {
        await child.stop('SIGTERM', 2000);
        throw this.failed(child, outcome);
      }
    } finally {
      waiting.abort();
    }
  }

  private failed(child: Child, outcome: string): HubError {
    const last = child.tail().trim().split('\n').slice(-8).join('\n');
    return new HubError({
      code: 'HUSHU-SERVICES-11',
      zh: `${this.spec.name} 未能启动(${outcome})${last ? `:\n${last}` : ''}`,
      en: `The ${this.spec.name} did not start (${outcome})${last ? `:\n${last}` : ''}`,
      hintZh: `查看 ${this.around.logFile}`,
      hintEn: `Read ${this.around.logFile}`,
    });
  }
}
