import type { FeedContract } from '#feeds';
import type { DriftKind, RunState } from '#runs';
import type { ClientBase } from 'pg';
import type { Measure } from './judge.js';

const DAY = 86_400_000;

/** How a feed stands: what its colour is made of. */
export interface FeedCondition {
  /** The time it is true for: business time of the newest published delivery, or when its source was seen to hold nothing newer; null: never. */
  at: Date | null;
  /** State of the newest run, of whatever outcome. */
  lastRun: RunState | null;
  /** What was measured after the newest published run and is not well. */
  measures: readonly Pick<Measure, 'dimension' | 'field' | 'level' | 'because'>[];
  /** What of its inbox waits for people. */
  drift: readonly { kind: DriftKind; field: string; state: 'open' | 'stopped' }[];
  /** Why the last fetch failed, and how often it did in a row; null: it did not, or nothing is fetched. */
  failing: { rule: string; failures: number } | null;
}

/** A feed that never delivered and is not fetched. */
export const NO_CONDITION: FeedCondition = { at: null, lastRun: null, measures: [], drift: [], failing: null };

/** Whether a feed's newest word is older than its contract allows; a feed that never delivered is late too. */
export function isOverdue({ at }: FeedCondition, { freshness }: Pick<FeedContract, 'freshness'>, now: Date): boolean {
  return at === null || at.getTime() < now.getTime() - freshness.overdueAfterDays * DAY;
}

/** By feed. `client` is of a role that may read it: hushu_operations, hushu_watch. */
export async function readConditions(client: Pick<ClientBase, 'query'>): Promise<Map<string, FeedCondition>> {
  const { rows } = await client.query<FeedCondition & { feed: string }>('select feed, at, last_run as "lastRun", measures, drift, failing from staging.feed_condition');
  return new Map(rows.map(({ feed, ...condition }) => [feed, condition]));
}
