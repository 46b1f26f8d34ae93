import { transportTerms } from '#feeds';
import type { RunState } from '#runs';
import type { FeedCondition } from './feed-condition.js';
import { worse, type Level } from './judge.js';

export interface Cause { part: 'freshness' | 'last-run' | 'rejects' | 'checks' | 'drift' | 'fetch'; level: Level; what: string }

/** green: all is well; amber: look at it; red: not to be relied on; grey: nothing delivered yet. */
export type Colour = 'green' | 'amber' | 'red' | 'grey';

const COLOURS: Record<Level, Colour> = { ok: 'green', warn: 'amber', fail: 'red' };
/** What may pass by itself is worth a look once it has not passed so often. */
const TRIES = 3;
/** What the newest run's end says of a feed; a run at work says nothing. */
const RUNS: Partial<Record<RunState, Level>> = { held: 'warn', refused: 'fail', failed: 'fail' };

/** The worst of freshness, last run, rejects, checks, drift and fetching, with everything that is not well; never green by default. */
export function feedColour({ at, lastRun, measures, drift, failing }: FeedCondition, overdue: boolean): { colour: Colour; because: Cause[] } {
  const because: Cause[] = [];
  if (overdue) because.push({ part: 'freshness', level: 'fail', what: at === null ? 'never-delivered' : 'overdue' });
  const ended = lastRun === null ? undefined : RUNS[lastRun];
  if (ended !== undefined) because.push({ part: 'last-run', level: ended, what: lastRun! });
  for (const { dimension, field, level, because: why } of measures) {
    if (level === 'ok') continue;
    because.push({ part: dimension === 'validity' ? 'rejects' : 'checks', level, what: [dimension, field, why].filter((word) => word !== '' && word !== null).join(' ') });
  }
  for (const { kind, field, state } of drift) because.push({ part: 'drift', level: state === 'stopped' ? 'fail' : 'warn', what: `${state === 'stopped' ? 'stopped ' : ''}${kind} ${field}` });
  if (failing !== null && (failing.failures >= TRIES || transportTerms(failing.rule)?.retry !== true)) because.push({ part: 'fetch', level: 'warn', what: failing.rule });
  if (at === null && because.every(({ part }) => part === 'freshness')) return { colour: 'grey', because };
  return { colour: COLOURS[because.reduce<Level>((level, cause) => worse(level, cause.level), 'ok')], because };
}
