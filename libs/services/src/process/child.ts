import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, renameSync, statSync } from 'node:fs';

export interface Exit { code: number | null; signal: NodeJS.Signals | null }

/** A child process, its end, and where it wrote what it said. */
export interface Child {
  process: ChildProcess;
  pid: number;
  exited: Promise<Exit>;
  /** Asks with a signal, waits, then ends it for good; returns when it is gone. */
  stop(polite: NodeJS.Signals, graceMs: number, last?: NodeJS.Signals): Promise<Exit>;
  /** What it has written to its log since it was started, at most the last 4 KB. */
  tail(): string;
}

const LOG_LIMIT = 10 * 1024 * 1024;

/**
 * Starts a child in a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone and it decides
 * the order in which things stop. What the child says goes straight into a file: a pipe would break when we die.
 */
export async function startChild(command: string, args: string[], logFile: string, options: SpawnOptions & { ipc?: boolean }): Promise<Child> {
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  const from = statSync(logFile).size;
  const { ipc, ...rest } = options;
  const child = spawn(command, args, { ...rest, stdio: ipc ? ['ignore', log, log, 'ipc'] : ['ignore', log, log], detached: true });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.on('error', () => undefined);
  return {
    process: child,
    pid: child.pid!,
    exited,
    async stop(polite, graceMs, last = 'SIGKILL') {
      child.kill(polite);
      const timer = setTimeout(() => child.kill(last), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
    tail: () => tailOf(logFile, from),
  };
}

function tailOf(path: string, from: number): string {
  if (!existsSync(path)) return '';
  const size = statSync(path).size;
  const start = Math.max(size < from ? 0 : from, size - 4096);
  const buffer = Buffer.alloc(size - start);
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, start));
  } finally {
    closeSync(file);
  }
}
