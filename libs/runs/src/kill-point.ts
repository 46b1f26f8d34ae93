/**
 * Named places where a fault test ends the process as kill -9 would, or freezes it. Armed only by the door that
 * was told to (`armKillPoint`); otherwise a call is two comparisons.
 */
interface Armed { name: string; run: number | null; nth: number; signal: 'SIGKILL' | 'SIGSTOP' }

/** `<point>`, then, each if wanted: `@<run>` only for that run, `#<n>` at the n-th passage, `:stop` frozen instead of ended. */
export const KILL_POINT = /^([a-z.-]+)(?:@(\d+))?(?:#(\d+))?(:stop)?$/;

let armed: Armed | null = null;
let seen = 0;
let record: ((name: string, run: number) => void) | null = null;

/** Throws a TypeError when `order` is not of KILL_POINT's form. */
export function armKillPoint(order: string): void {
  const [, name, run, nth, stop] = KILL_POINT.exec(order) ?? [];
  if (name === undefined) throw new TypeError(`not a kill point: ${order}`);
  armed = { name, run: run === undefined ? null : Number(run), nth: Number(nth ?? 1), signal: stop === undefined ? 'SIGKILL' : 'SIGSTOP' };
  seen = 0;
}

/** Calls back for every point that is passed: how a fault test learns which points there are. */
export function recordKillPoints(visit: (name: string, run: number) => void): void {
  record = visit;
}

/** A place where a process may die while it works on `run`. */
export function killPoint(name: string, run: number): void {
  if (record !== null) record(name, run);
  if (armed === null || armed.name !== name || (armed.run !== null && armed.run !== run)) return;
  if (++seen === armed.nth) process.kill(process.pid, armed.signal);
}
