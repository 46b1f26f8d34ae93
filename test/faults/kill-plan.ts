/** What a worker passed in a run that nothing disturbed. */
export interface Passed { point: string; run: number }

/** Where one worker is killed; `emptyBell`: before the next one starts, Redis has forgotten everything. */
export interface Kill { point: string; run: number; nth: number; emptyBell?: boolean }

/** Points that only a disturbed run passes, each behind the kill that makes a worker pass it. */
const AFTER: Record<string, { first: string; emptyBell: boolean }> = {
  'janitor.found': { first: 'apply.committed', emptyBell: false },
  'janitor.cleared': { first: 'apply.committed', emptyBell: false },
  'relay.swept': { first: 'linked.claimed', emptyBell: true },
};

/** Points at which a later delivery does something else than a first one, so that both are tried. */
const OTHERWISE_LATER = /^(stage\.(chunk\.committed|before-advance)|apply\.(staged|registered|before-commit))$/;

/** Bells are rung three times a run: for its staging, its link, its apply. */
const RINGS = 3;

/**
 * Every point is met once, in a first delivery if it is passed in one, and once more in a later one where that differs;
 * spread over `lanes` hubs that live through all deliveries side by side.
 */
export function planKills(passed: Passed[], later: ReadonlySet<number>, lanes: number): Kill[][] {
  const plan: Kill[][] = Array.from({ length: lanes }, () => []);
  const taken = plan.map(() => new Set<number>());
  let turn = 0;
  const place = (runs: number[], kills: (run: number) => Kill[]): void => {
    for (let tried = 0; tried < lanes; tried++) {
      const lane = turn++ % lanes;
      const run = runs.find((one) => !taken[lane]!.has(one));
      if (run === undefined) continue;
      taken[lane]!.add(run);
      plan[lane]!.push(...kills(run));
      return;
    }
    throw new Error(`no delivery is left for ${kills(0).map(({ point }) => point).join(', ')}`);
  };
  const known = passed.filter(({ point }) => AFTER[point] === undefined);
  const runsOf = new Map<string, number[]>();
  for (const { point, run } of known) {
    const name = `${later.has(run) && OTHERWISE_LATER.test(point) ? 'later' : 'any'} ${point}`;
    const runs = runsOf.get(name) ?? [];
    if (!runs.includes(run)) runs.push(run);
    runsOf.set(name, runs);
  }
  const rarestFirst = [...runsOf].sort(([, a], [, b]) => a.length - b.length);
  for (const [at, [name, runs]] of rarestFirst.entries()) {
    const point = name.slice(name.indexOf(' ') + 1);
    place(runs, (run) => [{ point, run, nth: point.startsWith('relay.') ? 1 + (at % RINGS) : 1 }]);
  }
  for (const [point, { first, emptyBell }] of Object.entries(AFTER)) {
    place(known.filter((one) => one.point === first).map(({ run }) => run).reverse(), (run) => [{ point: first, run, nth: 1, emptyBell }, { point, run, nth: 1 }]);
  }
  for (const kills of plan) kills.sort((a, b) => a.run - b.run);
  return plan;
}
