import { randomUUID } from 'node:crypto';
import { loadSql, type Database } from '#database';
import { HubError, type Clock, type Text } from '#kernel';
import type { FeedChange } from '../state/feed-watch.js';
import { sendThrough } from './channel.js';
import type { AlertSettings, Channel } from './settings.js';
import { changeText } from './words.js';

interface Change { feed: string; before: FeedChange['colour']; colour: FeedChange['colour']; because: FeedChange['because']; at: string; text: Text }

const PROBE: Text = { zh: '户枢：测试提醒', en: 'Hushu: a test message' };
/** Seconds until the next attempt, by how many there were; then it has failed for good. */
const PAUSES = [5, 60, 300, 1800, 7200, 18_000, 36_000];
/** Seconds after which a message whose sender has died is sent by another. */
const LEASE = 60;

export interface NoticeParts {
  database: Database;
  clock: Clock;
  settings: AlertSettings;
  titleOf: (feed: string) => Text;
  credential: (name: string) => Promise<string>;
}

/** Gathers news into one message a channel, and sends what is due until the channel takes it. */
export class Notices {
  constructor(private readonly parts: NoticeParts) {}

  /**
   * Puts news into messages once the oldest has waited for the digest. Of a feed only the way from first to last is told;
   * one that stands again as it stood is not. @returns how many messages
   */
  async gather(): Promise<number> {
    const { database, clock, settings } = this.parts;
    const now = clock.now();
    return database.transaction('watch', async (client) => {
      const { rows } = await client.query<{ id: string; feed: string; colour_before: Change['before']; colour: Change['colour']; because: Change['because']; at: Date }>(
        loadSql(import.meta.dirname, 'alert_untold'));
      if (rows.length === 0 || rows[0].at.getTime() > now.getTime() - settings.digestSeconds * 1000) return 0;
      const changes = new Map<string, Change>();
      for (const row of rows) {
        const first = changes.get(row.feed);
        const change = { feed: row.feed, before: first?.before ?? row.colour_before, colour: row.colour, because: row.because, at: row.at.toISOString() };
        changes.set(row.feed, { ...change, text: changeText(change, this.parts.titleOf(row.feed)) });
      }
      const told = [...changes.values()].filter(({ before, colour, because }) => before !== colour || because.length > 0);
      let messages = 0;
      for (const channel of settings.channels) {
        const theirs = told.filter(({ feed }) => channel.feeds === undefined || channel.feeds.includes(feed));
        if (theirs.length === 0) continue;
        await client.query('insert into watch.notice (id, channel, body, due_at) values ($1, $2, $3, $4)',
          [randomUUID(), channel.name, JSON.stringify({ type: 'feed.changed', timestamp: now.toISOString(), data: { changes: theirs } }), now]);
        messages++;
      }
      await client.query('update watch.alert set noticed_at = $2 where id = any ($1)', [rows.map(({ id }) => id), now]);
      return messages;
    });
  }

  /** A message to one channel that says nothing but that it arrives. @returns its id */
  async probe(channel: string): Promise<string> {
    const { database, clock, settings } = this.parts;
    if (!settings.channels.some(({ name }) => name === channel)) throw gone(channel);
    const id = randomUUID();
    const now = clock.now();
    await database.pool('watch').query('insert into watch.notice (id, channel, body, due_at) values ($1, $2, $3, $4)',
      [id, channel, JSON.stringify({ type: 'alert.test', timestamp: now.toISOString(), data: { changes: [] } }), now]);
    return id;
  }

  /** Sends what is due. @returns how many channels took theirs */
  async send(): Promise<number> {
    const { database, clock } = this.parts;
    for (let sent = 0; ;) {
      const now = clock.now();
      const { rows: [notice] } = await database.pool('watch').query<{ id: string; channel: string; body: { data: { changes: Change[] } }; attempts: number }>(
        loadSql(`${import.meta.dirname}`, 'notice_due'), [now, after(now, LEASE)]);
      if (notice === undefined) return sent;
      const fault = await this.attempt(notice.id, notice.channel, notice.body);
      if (fault === null) {
        sent++;
        await database.pool('watch').query(`update watch.notice set state = 'sent', sent_at = $2, reason = null where id = $1`, [notice.id, clock.now()]);
        continue;
      }
      const pause = PAUSES[notice.attempts - 1];
      await database.pool('watch').query('update watch.notice set state = $2, due_at = $3, reason = $4 where id = $1',
        [notice.id, pause === undefined ? 'failed' : 'waiting', after(clock.now(), pause ?? 0), JSON.stringify({ text: fault.text, hint: fault.hint })]);
    }
  }

  private async attempt(id: string, name: string, body: { data: { changes: Change[] } }): Promise<HubError | null> {
    const channel = this.parts.settings.channels.find((one) => one.name === name);
    try {
      if (channel === undefined) throw gone(name);
      await sendThrough(channel, { id, body, ...this.words(body.data.changes) }, this.parts.credential);
      return null;
    } catch (error) {
      return error instanceof HubError ? error : gone(name, error);
    }
  }

  private words(changes: Change[]): { subject: Text; lines: Text[] } {
    if (changes.length === 0) return { subject: PROBE, lines: [PROBE] };
    const red = changes.filter(({ colour }) => colour === 'red').length;
    return {
      subject: { zh: `户枢：${changes.length} 个数据源有变化${red > 0 ? `，${red} 个异常` : ''}`, en: `Hushu: ${changes.length} feeds changed${red > 0 ? `, ${red} not to be relied on` : ''}` },
      lines: changes.map(({ text }) => text),
    };
  }
}

function after(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000);
}

function gone(channel: Channel['name'], cause?: unknown): HubError {
  return new HubError({
    code: 'HUSHU-WATCH-03', cause, details: { channel }, zh: `提醒渠道 ${channel} 已不在设置中，或无法使用`, en: `The channel ${channel} is no longer set, or cannot be used`,
    hintZh: '检查 config/settings/alerts.yaml', hintEn: 'Look at config/settings/alerts.yaml',
  });
}
