import { userInfo } from 'node:os';
import { HubError, systemClock } from '#kernel';
import { FetchLedger, Ledger, type FetchState } from '#runs';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore } from '../frame/store.js';

interface Options { wait?: boolean; config?: string }

/** Makes a feed due at once; with --wait, what became of it, why, and what to do. */
export const fetchNow: Work<Options> = ({ output, options, args }) => withStore(async (store) => {
  const feed = args[0]!;
  const fetches = new FetchLedger(store.database, new Ledger(store.database, systemClock));
  const asked = await fetches.ask(feed, userInfo().username);
  if (asked === null) throw notFetched(feed);
  if (!options.wait) {
    output.data({ feed, state: 'due' }, `${feed} due`);
    return EXIT.ok;
  }
  const { outcome, reason, waiting, dueAt } = await ended(fetches, feed, asked);
  output.data({ feed, outcome, waiting, due: dueAt.toISOString(), ...(reason === null ? {} : { rule: reason.rule, reason: reason.text, hint: reason.hint }) }, `${feed} ${outcome}`);
  if (reason !== null) {
    output.say({ zh: `${reason.rule} ${reason.text.zh}`, en: `${reason.rule} ${reason.text.en}` });
    if (reason.hint) output.say(reason.hint);
  }
  return outcome === 'failed' ? EXIT.failed : EXIT.ok;
}, options.config === undefined ? {} : { HUSHU_CONFIG: options.config });

/** What `feed list` says of a feed's fetching; null when it is handed in. */
export function fetchOf(row: Record<string, unknown> | undefined): { outcome: string | null; [said: string]: unknown } | null {
  if (!(row?.['due_at'] instanceof Date)) return null;
  const time = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);
  return {
    due: time(row['due_at']), active: row['fetching'] === true, startedAt: time(row['started_at']), endedAt: time(row['ended_at']), outcome: row['outcome'] as string | null,
    failures: row['failures'], waiting: row['waiting'],
    ...(row['reason_rule'] === null ? {} : { rule: row['reason_rule'], ...(row['reason'] as object) }),
  };
}

/** The feed's fetch that began after it was asked for, when it has ended. */
async function ended(fetches: FetchLedger, feed: string, asked: Date): Promise<FetchState> {
  for (let pause = 50; ; pause = Math.min(500, pause * 1.5)) {
    const state = await fetches.find(feed);
    if (state === null) throw notFetched(feed);
    const { startedAt, endedAt } = state;
    if (startedAt !== null && endedAt !== null && startedAt >= asked && endedAt >= startedAt) return state;
    await new Promise((done) => setTimeout(done, pause));
  }
}

function notFetched(feed: string): HubError {
  return new HubError({
    code: 'HUSHU-CLI-13', zh: `${feed} 不由本系统取数，或工作进程尚未读到其契约`, en: `${feed} is not fetched, or no worker has read its contract yet`,
    hintZh: '查看 feed.yaml 的 transport；手工报送用 hushu deliver；改过契约须重启', hintEn: 'See transport in its feed.yaml; hand it in with hushu deliver; after a change of the contract start the hub again',
  });
}
