/**
 * Named places where a fault test ends the process as kill -9 would. Armed only by the door that was told
 * to (`armKillPoint`); otherwise a call is one comparison.
 */
let armed: { name: string; nth: number } | null = null;
let seen = 0;
let record: ((name: string) => void) | null = null;

export function armKillPoint(name: string, nth: number): void {
  armed = { name, nth };
  seen = 0;
}

/** Calls back for every point that is passed: how a fault test learns which points there are. */
export function recordKillPoints(visit: (name: string) => void): void {
  record = visit;
}

export function killPoint(name: string): void {
  if (record !== null) record(name);
  if (armed === null || armed.name !== name) return;
  seen++;
  if (seen === armed.nth) process.kill(process.pid, 'SIGKILL');
}
