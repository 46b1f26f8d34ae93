import { loadSql, type Database } from '#database';
import type { Clock, Text } from '#kernel';

/** How old a feed's newest delivery is. */
export interface FeedFreshness {
  feed: string;
  title: Text;
  supplier: Text;
  /** local, city-return or province-return, by the contract in force; null before one is. */
  origin: string | null;
  /** Business time of the newest published delivery, or when its source was later seen to hold no newer change; null: neither yet. */
  at: string | null;
  overdue: boolean;
}

const KEPT_MS = 1000;

/** What every answer says of its sources, read at most once a second. */
export class Freshness {
  private feeds: ReadonlyMap<string, FeedFreshness> = new Map();
  private run: number | null = null;
  private readAt = -Infinity;
  private texts = new Map<string, string>();

  constructor(private readonly database: Database, private readonly clock: Clock) {}

  /** Reads again when what is known is older than a second. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < KEPT_MS) return;
    const pool = this.database.pool('sharing');
    const [{ rows }, { rows: [newest] }] = await Promise.all([
      pool.query<FeedFreshness>({ name: 'sharing-freshness', text: loadSql(import.meta.dirname, 'feed_freshness'), values: [this.clock.now()] }),
      pool.query<{ run: number | null }>({ name: 'sharing-snapshot', text: loadSql(import.meta.dirname, 'snapshot') }),
    ]);
    this.feeds = new Map(rows.map((row) => [row.feed, row]));
    this.run = newest?.run ?? null;
    this.texts = new Map();
    this.readAt = performance.now();
  }

  list(): FeedFreshness[] {
    return [...this.feeds.values()];
  }

  /** Where a feed's values come from; null as in `list`. */
  originOf(feed: string): string | null {
    return this.feeds.get(feed)?.origin ?? null;
  }

  /** The newest published run the store was seen to hold: what is answered is at least as new. */
  get snapshot(): string | null {
    return this.run === null ? null : `r${this.run}`;
  }

  /** `"snapshot":…,"freshness":{…}` of some feeds, as JSON text. */
  text(feeds: readonly string[]): string {
    const key = feeds.join(',');
    let text = this.texts.get(key);
    if (text === undefined) {
      const freshness = Object.fromEntries(feeds.map((feed) => {
        const { at = null, overdue = true } = this.feeds.get(feed) ?? {};
        return [feed, { at, overdue }];
      }));
      this.texts.set(key, text = `"snapshot":${JSON.stringify(this.snapshot)},"freshness":${JSON.stringify(freshness)}`);
    }
    return text;
  }
}
