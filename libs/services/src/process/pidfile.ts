import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, processStart, signal, waitGone } from './identity.js';

interface Entry { pid: number; start: string }

/** Notes which process serves a purpose, so that the next start can find what a killed one left behind. */
export function writePidfile(path: string, pid: number): void {
  const start = processStart(pid);
  if (start === undefined) return;
  writeFileSync(`${path}.new`, JSON.stringify({ pid, start } satisfies Entry), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The process a pidfile names, when it is still that one. */
export function findByPidfile(path: string): number | undefined {
  try {
    const entry = JSON.parse(readFileSync(path, 'utf8')) as Entry;
    return isAlive(entry.pid, entry.start) ? entry.pid : undefined;
  } catch {
    return undefined;
  }
}

export function removePidfile(path: string): void {
  rmSync(path, { force: true });
}

/** Ends what a pidfile names: politely, then for good. True when there was something to end. */
export async function reap(path: string, polite: NodeJS.Signals, graceMs: number): Promise<boolean> {
  const pid = findByPidfile(path);
  if (pid !== undefined) {
    signal(pid, 'SIGCONT');
    signal(pid, polite);
    if (!(await waitGone(pid, graceMs))) {
      signal(pid, 'SIGKILL');
      await waitGone(pid, 5000);
    }
  }
  removePidfile(path);
  return pid !== undefined;
}
