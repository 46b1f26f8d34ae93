import type { DriftKind, RunState } from '#runs';
import { worse, type Level, type Measure } from './judge.js';

/** What a feed's colour is made of. */
export interface FeedFacts {
  /** Business time of the newest published delivery; null: none yet. */
  at: string | null;
  overdue: boolean;
  /** State of the newest run, of whatever outcome. */
  lastRun: RunState | null;
  /** What was measured after the newest published run. */
  measures: readonly Pick<Measure, 'dimension' | 'field' | 'level' | 'because'>[];
  /** What of its inbox waits for people. */
  drift?: readonly { kind: DriftKind; field: string; state: 'open' | 'stopped' }[];
}

export interface Cause { part: 'freshness' | 'last-run' | 'rejects' | 'checks' | 'drift'; level: Level; what: string }

/** green: all is well; amber: look at it; red: not to be relied on; grey: nothing delivered yet. */
export type Colour = 'green' | 'amber' | 'red' | 'grey';

const COLOURS: Record<Level, Colour> = { ok: 'green', warn: 'amber', fail: 'red' };
/** What the newest run's end says of a feed; a run at work says nothing. */
const RUNS: Partial<Record<RunState, Level>> = { held: 'warn', refused: 'fail', failed: 'fail' };

/** The worst of freshness, last run, rejects, checks and drift, with everything that is not well; never green by default. */
export function feedColour({ at, overdue, lastRun, measures, drift = [] }: FeedFacts): { colour: Colour; because: Cause[] } {
  const because: Cause[] = [];
  if (overdue) because.push({ part: 'freshness', level: 'fail', what: at === null ? 'never-delivered' : 'overdue' });
  const ended = lastRun === null ? undefined : RUNS[lastRun];
  if (ended !== undefined) because.push({ part: 'last-run', level: ended, what: lastRun! });
  for (const { dimension, field, level, because: why } of measures) {
    if (level === 'ok') continue;
    because.push({ part: dimension === 'validity' ? 'rejects' : 'checks', level, what: [dimension, field, why].filter((word) => word !== '' && word !== null).join(' ') });
  }
  for (const { kind, field, state } of drift) because.push({ part: 'drift', level: state === 'stopped' ? 'fail' : 'warn', what: `${state === 'stopped' ? 'stopped ' : ''}${kind} ${field}` });
  if (at === null && because.every(({ part }) => part === 'freshness')) return { colour: 'grey', because };
  return { colour: COLOURS[because.reduce<Level>((level, cause) => worse(level, cause.level), 'ok')], because };
}
