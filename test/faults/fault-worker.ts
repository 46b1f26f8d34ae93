import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BUILT = join(import.meta.dirname, '../../dist');
const MAIN = join(BUILT, 'programs/worker.js');
/** With it a process whose parent has gone ends too, as under the supervisor. */
const PRELOAD = join(BUILT, 'libs/services/src/supervisor/preload.mjs');
const PATIENCE = 60_000;

/** A real worker process, started as the supervisor starts it. */
export class FaultWorker {
  /** What it wrote, for messages about tests that fail. */
  said = '';
  private readonly child: ChildProcess;
  private readonly gone: Promise<[number | null, NodeJS.Signals | null]>;

  constructor(settings: Record<string, string>) {
    this.child = spawn(process.execPath, ['--import', PRELOAD, MAIN], {
      env: { ...process.env, NODE_OPTIONS: '', HUSHU_WARM: '[]' }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child.send({ hushu: 'start', environment: settings });
    this.gone = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const take = (chunk: Buffer): void => { this.said += chunk.toString(); };
    this.child.stdout!.on('data', take);
    this.child.stderr!.on('data', take);
  }

  /** The points it has passed, when it was told to tell them. */
  points(): { point: string; run: number }[] {
    return this.said.split('\n').filter((line) => line.includes('"at":"kill-point"')).map((line) => JSON.parse(line) as { point: string; run: number });
  }

  /** Waits until it has been killed where it was told to be. */
  async killed(at: string): Promise<void> {
    const exit = await within(this.gone, `${at} was not passed`, () => this.said);
    if (exit[1] !== 'SIGKILL') throw new Error(`the worker was to be killed at ${at}, but ended with ${exit[0] ?? exit[1]}:\n${this.said}`);
  }

  /** Waits until it stands still where it was told to. */
  async frozen(at: string): Promise<void> {
    const stands = (): boolean => / T /.test(readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').replace(/\(.*\)/, ''));
    for (const end = Date.now() + PATIENCE; !stands(); await new Promise((done) => setTimeout(done, 20))) {
      if (Date.now() > end || this.child.exitCode !== null) throw new Error(`${at} was not passed:\n${this.said}`);
    }
  }

  /** Waits until it has told that it could not go on with a run. */
  async fault(run: number): Promise<void> {
    for (const end = Date.now() + PATIENCE; ; await new Promise((done) => setTimeout(done, 20))) {
      const told = this.said.split('\n').slice(0, -1).filter((line) => line.startsWith('{"time"')).map((line) => JSON.parse(line) as { level: string; run: number });
      if (told.some((one) => one.level === 'error' && one.run === run)) return;
      if (Date.now() > end || this.ended) throw new Error(`it told no fault of run ${run}:\n${this.said}`);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async end(): Promise<void> {
    if (this.ended) return;
    this.child.kill('SIGKILL');
    await this.gone;
  }
}

async function within<T>(work: Promise<T>, otherwise: string, more: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([work, new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${otherwise} within ${PATIENCE / 1000} s:\n${more().slice(-4000)}`)), PATIENCE);
    })]);
  } finally {
    clearTimeout(timer);
  }
}
