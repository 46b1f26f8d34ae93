import { systemClock, type Text } from '#kernel';
import { Notices, readAlertSettings } from '#watch';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore, type Store } from '../frame/store.js';

interface NoticeRow { id: string; channel: string; state: 'waiting' | 'sent' | 'failed'; attempts: number; reason: { text: Text; hint?: Text } | null }

/** Milliseconds a worker may take to come by: it looks every ten seconds. */
const PATIENCE = 45_000;

/** The newest changes of feeds, and what became of the messages that told of them. */
export const list: Work<{ limit: string }> = ({ output, options }) => withStore(async (store) => {
  const pool = store.database.pool('operations');
  const { rows: changes } = await pool.query('select feed, colour_before as "before", colour, because, at from watch.alert_status order by id desc limit $1', [Number(options.limit)]);
  const { rows: messages } = await pool.query<NoticeRow>('select id, channel, state, attempts, due_at as "dueAt", sent_at as "sentAt", reason from watch.notice_status order by coalesce(sent_at, due_at) desc limit $1', [Number(options.limit)]);
  output.data({ changes, messages }, () => [
    output.table([{ zh: '时间', en: 'At' }, { zh: '数据源', en: 'Feed' }, { zh: '变化', en: 'Change' }],
      changes.map(({ at, feed, before, colour }) => [output.time(at as Date), feed as string, `${before} → ${colour}`])),
    '',
    output.table([{ zh: '渠道', en: 'Channel' }, { zh: '状态', en: 'State' }, { zh: '次数', en: 'Attempts' }, { zh: '原因', en: 'Why' }],
      messages.map(({ channel, state, attempts, reason }) => [channel, state, attempts, reason === null ? '' : output.word(reason.text)])),
  ].join('\n'));
});

/** Sends a test message the way all messages go: a worker takes it. Says what the other side did. */
export const probe: Work = ({ output, args }) => withStore(async (store) => {
  const settings = await readAlertSettings(store.settings.HUSHU_CONFIG);
  const notices = new Notices({ database: store.database, clock: systemClock, settings, titleOf: (feed) => ({ zh: feed, en: feed }), credential: async () => '' });
  const notice = await tried(store, await notices.probe(args[0]));
  output.data(notice, () => `${notice.channel} ${notice.state}`);
  if (notice.reason) {
    output.say(notice.reason.text);
    if (notice.reason.hint) output.say(notice.reason.hint);
  }
  if (notice.attempts === 0) output.say({ zh: '没有工作进程来取这条提醒', en: 'No worker has come for the message' });
  return notice.state === 'sent' ? EXIT.ok : EXIT.failed;
});

/** The message once a worker has tried it, or as it stands when none came. */
async function tried(store: Store, id: string): Promise<NoticeRow> {
  for (const until = Date.now() + PATIENCE; ;) {
    const { rows: [notice] } = await store.database.pool('operations').query<NoticeRow>('select id, channel, state, attempts, reason from watch.notice_status where id = $1', [id]);
    if (notice!.state !== 'waiting' || notice!.reason !== null || Date.now() > until) return notice!;
    await new Promise((done) => setTimeout(done, 200));
  }
}
