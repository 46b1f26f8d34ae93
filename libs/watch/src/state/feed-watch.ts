import type { Database } from '#database';
import type { FeedContract } from '#feeds';
import type { Clock } from '#kernel';
import { feedColour, isOverdue, NO_CONDITION, readConditions } from '#staging';

type State = ReturnType<typeof feedColour>;
export type FeedChange = State & { feed: string; before: State['colour'] };

/** One look at a time on one store, however many workers there are. */
const LOOK_LOCK = 4_820_117;

/** Looks at how feeds stand and keeps what is news: another colour, or a cause that was not there before. */
export class FeedWatch {
  constructor(private readonly database: Database, private readonly contracts: () => readonly FeedContract[], private readonly clock: Clock) {}

  /** @returns what changed and is worth telling; empty, too, when another worker is looking */
  async look(): Promise<FeedChange[]> {
    const now = this.clock.now();
    return this.database.transaction('watch', async (client) => {
      const { rows: [turn] } = await client.query<{ ours: boolean }>('select pg_try_advisory_xact_lock($1) as ours', [LOOK_LOCK]);
      if (!turn!.ours) return [];
      const conditions = await readConditions(client);
      const { rows: standing } = await client.query<{ feed: string; colour: State['colour']; because: State['because'] }>('select feed, colour, because from watch.feed_state');
      const before = new Map(standing.map((state) => [state.feed, state]));
      const news: FeedChange[] = [];
      for (const contract of this.contracts()) {
        const { feed } = contract;
        const condition = conditions.get(feed) ?? NO_CONDITION;
        const state = feedColour(condition, isOverdue(condition, contract, now));
        const old = before.get(feed);
        if (old !== undefined && old.colour === state.colour && wordsOf(old) === wordsOf(state)) continue;
        await client.query(
          `insert into watch.feed_state (feed, colour, because, since) values ($1, $2, $3, $4)
           on conflict (feed) do update set colour = excluded.colour, because = excluded.because, since = excluded.since`,
          [feed, state.colour, JSON.stringify(state.because), now]);
        const change = { feed, before: old?.colour ?? 'grey' as const, ...state };
        if (!isNews(change, old)) continue;
        await client.query('insert into watch.alert (feed, colour_before, colour, because, at) values ($1, $2, $3, $4, $5)',
          [feed, change.before, state.colour, JSON.stringify(state.because), now]);
        news.push(change);
      }
      return news;
    });
  }
}

/** A feed that begins is none; one that gets worse, better, or bad in another way is. */
function isNews(change: FeedChange, old: State | undefined): boolean {
  const bad = (colour: State['colour']) => colour === 'amber' || colour === 'red';
  if (change.before !== change.colour) return bad(change.before) || bad(change.colour);
  if (!bad(change.colour)) return false;
  const known = new Set((old?.because ?? []).map(({ part, what }) => `${part} ${what}`));
  return change.because.some(({ part, what }) => !known.has(`${part} ${what}`));
}

function wordsOf({ because }: Pick<State, 'because'>): string {
  return because.map(({ part, level, what }) => `${part} ${level} ${what}`).sort().join('\n');
}
