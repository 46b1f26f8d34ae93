import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FeedContract } from '#feeds';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { testDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Notices } from './alert/notices.js';
import { readAlertSettings, type Channel } from './alert/settings.js';
import { changeText } from './alert/words.js';
import { FeedWatch } from './state/feed-watch.js';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const FEEDS = ['card', 'ledger'].map((feed) => ({ feed, freshness: { overdueAfterDays: 3 } }) as unknown as FeedContract);
const PASSWORD = 'sesame';

describe('telling who asked to be told', () => {
  let store: TestDatabase;
  let admin: pg.Client;
  let now = new Date('2025-06-10T04:00:00Z');
  const clock = { now: () => now };
  const later = (seconds: number) => { now = new Date(now.getTime() + seconds * 1000); };

  let hook: Server;
  let answer = 200;
  let got: { headers: IncomingHttpHeaders; text: string }[] = [];
  let post: SMTPServer;
  let mails: string[] = [];
  let channels: Channel[];

  beforeAll(async () => {
    store = await testDatabase();
    admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    hook = createServer((request, reply) => {
      let text = '';
      request.on('data', (chunk: Buffer) => { text += chunk.toString(); });
      request.on('end', () => {
        got.push({ headers: request.headers, text });
        reply.writeHead(answer, answer === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end('a body nobody reads');
      });
    }).listen(0, '127.0.0.1');
    post = new SMTPServer({
      disabledCommands: ['STARTTLS'], allowInsecureAuth: true, authOptional: false,
      onAuth: (auth, _session, done) => { done(auth.password === PASSWORD ? null : new Error('no'), { user: auth.username }); },
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
        stream.on('end', () => { mails.push(text); done(); });
      },
    });
    await new Promise<void>((resolve) => { post.listen(0, '127.0.0.1', resolve); });
    channels = [
      { name: 'desk', kind: 'webhook', url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/in`, insecure: true, credential: 'desk' },
      { name: 'mail', kind: 'email', feeds: ['card'], smtp: { host: '127.0.0.1', port: (post.server.address() as AddressInfo).port, user: 'hub' }, credential: 'mail', from: 'hub@district.test', to: ['officer@district.test'] },
    ];
  });
  afterAll(async () => {
    hook.close();
    await new Promise<void>((resolve) => { post.close(resolve); });
    await admin.end();
    await store.drop();
  });
  beforeEach(async () => {
    await admin.query('truncate watch.feed_state, watch.alert, watch.notice');
    await admin.query('delete from runs.run');
    [answer, got, mails] = [200, [], []];
    later(1000);
  });

  const watch = () => new FeedWatch(store.database, () => FEEDS, clock);
  const notices = (password = PASSWORD, only = channels) => new Notices({
    database: store.database, clock, settings: { digestSeconds: 60, channels: only }, titleOf: (feed) => ({ zh: `源 ${feed}`, en: `feed ${feed}` }),
    credential: async (name) => (name === 'desk' ? SECRET : password),
  });
  const ran = (feed: string, state: string) => admin.query(
    `insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, state, ended_at)
     values ($1, 'x', 'x', 0, '', '', 'full', $2, $2, $3, $2)`, [feed, now, state]);

  it('tells of a change once, in one message for all that changed meanwhile, signed as the standard has it', async () => {
    await ran('card', 'published');
    await ran('ledger', 'published');
    expect(await watch().look()).toEqual([]);
    await ran('card', 'refused');
    expect(await watch().look()).toMatchObject([{ feed: 'card', before: 'green', colour: 'red' }]);
    expect(await watch().look()).toEqual([]);
    expect(await notices().gather()).toBe(0);
    later(30);
    await ran('ledger', 'held');
    expect(await watch().look()).toMatchObject([{ feed: 'ledger', colour: 'amber' }]);
    later(31);
    expect(await notices().gather()).toBe(2);
    expect(await notices().gather()).toBe(0);
    expect(await notices().send()).toBe(2);
    expect(await notices().send()).toBe(0);
    const [{ headers, text }] = got;
    expect(got).toHaveLength(1);
    expect(new Webhook(SECRET).verify(text, headers as Record<string, string>)).toMatchObject({
      type: 'feed.changed', data: { changes: [{ feed: 'card', before: 'green', colour: 'red', text: { zh: '源 card：正常 → 异常。最近一批被拒绝' } }, { feed: 'ledger', colour: 'amber' }] },
    });
    expect(() => new Webhook(`whsec_${Buffer.alloc(24, 8).toString('base64')}`).verify(text, headers as Record<string, string>)).toThrow();
    // The other channel is told of its feed alone.
    expect(mails).toHaveLength(1);
    const plain = Buffer.from(mails[0].split('\r\n\r\n').slice(1).join('\r\n\r\n').replaceAll('=\r\n', ''), /content-transfer-encoding: base64/i.test(mails[0]) ? 'base64' : 'utf8').toString();
    expect(plain).toMatch(/card/);
    expect(plain).not.toMatch(/ledger/);
  });

  it('says nothing of what was well again before it was told, and tells of what is well again after', async () => {
    await ran('card', 'published');
    await watch().look();
    await ran('card', 'failed');
    await watch().look();
    await ran('card', 'published');
    expect(await watch().look()).toMatchObject([{ feed: 'card', before: 'red', colour: 'green' }]);
    later(61);
    expect(await notices().gather()).toBe(0);
    await ran('card', 'failed');
    await watch().look();
    later(61);
    expect(await notices().gather()).toBe(2);
    await ran('card', 'published');
    await watch().look();
    later(61);
    expect(await notices().gather()).toBe(2);
  });

  it('tells when a feed becomes overdue, and in another way bad', async () => {
    await ran('card', 'published');
    await watch().look();
    later(3 * 86_400 + 1);
    expect(await watch().look()).toMatchObject([{ feed: 'card', colour: 'red', because: [{ part: 'freshness', what: 'overdue' }] }]);
    await ran('card', 'held');
    expect(await watch().look()).toMatchObject([{ feed: 'card', before: 'red', colour: 'red', because: [{ part: 'freshness' }, { part: 'last-run', what: 'held' }] }]);
  });

  it('tells of a fetch that somebody must mend, and of what a supplier changed, in words', async () => {
    await ran('card', 'published');
    await watch().look();
    await admin.query(`insert into runs.fetch (feed, due_at, outcome, failures, reason_rule) values ('card', now(), 'failed', 1, 'transport-broken')`);
    expect(await watch().look()).toEqual([]);
    await admin.query(`update runs.fetch set reason_rule = 'transport-denied' where feed = 'card'`);
    await admin.query(`insert into runs.drift (feed, kind, field, subject, first_run, last_run, contract_version) select 'card', 'code-new', '状态', '7', id, id, 'v' from runs.run limit 1`);
    const [change] = await watch().look();
    expect(change).toMatchObject({ feed: 'card', before: 'green', colour: 'amber', because: [{ part: 'drift', what: 'code-new 状态' }, { part: 'fetch', what: 'transport-denied' }] });
    const text = changeText(change!, { zh: '源', en: 'Feed' });
    expect(text.zh).toMatch(/^源：正常 → 需关注。契约漂移：新代码（状态），待处理; 取数失败（transport-denied）。向供数部门核对/);
    expect(text.en).toMatch(/contract drift: new code \(状态\), to be settled; fetching fails \(transport-denied\)\. Check account/);
    await admin.query(`delete from runs.fetch; delete from runs.drift`);
    expect(await watch().look()).toMatchObject([{ feed: 'card', before: 'amber', colour: 'green' }]);
  });

  it('tries a channel again under the same id, ever more rarely, and gives up in the end with the cause kept', async () => {
    await ran('card', 'published');
    await watch().look();
    await ran('card', 'failed');
    await watch().look();
    later(61);
    const desk = [channels[0]];
    await notices(PASSWORD, desk).gather();
    answer = 503;
    expect(await notices(PASSWORD, desk).send()).toBe(0);
    expect(got).toHaveLength(1);
    expect(await notices(PASSWORD, desk).send()).toBe(0);
    expect(got).toHaveLength(1);
    later(6);
    answer = 302;
    await notices(PASSWORD, desk).send();
    later(61);
    answer = 200;
    expect(await notices(PASSWORD, desk).send()).toBe(1);
    expect(new Set(got.map(({ headers }) => headers['webhook-id']))).toHaveProperty('size', 1);
    expect(got).toHaveLength(3);
    answer = 500;
    await ran('card', 'published');
    await watch().look();
    later(61);
    await notices(PASSWORD, desk).gather();
    for (let i = 0; i < 10; i++) {
      await notices(PASSWORD, desk).send();
      later(40_000);
    }
    const { rows } = await admin.query(`select state, attempts, reason from watch.notice order by state`);
    expect(rows[0]).toMatchObject({ state: 'failed', attempts: 8, reason: { text: { en: expect.stringContaining('HTTP 500') }, hint: { zh: expect.any(String) } } });
  });

  it('keeps the cause when the mail server refuses the password, without the password', async () => {
    await ran('card', 'published');
    await watch().look();
    await ran('card', 'failed');
    await watch().look();
    later(61);
    await notices('wrong-secret').gather();
    await notices('wrong-secret').send();
    const { rows: [{ reason }] } = await admin.query(`select reason from watch.notice where channel = 'mail'`);
    expect(reason.text.en).toMatch(/EAUTH/);
    expect(JSON.stringify(reason)).not.toContain('wrong-secret');
  });

  it('refuses settings that are wrong as a whole, each fault with its line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-alerts-'));
    await mkdir(join(folder, 'settings'));
    expect(await readAlertSettings(folder)).toEqual({ digestSeconds: 60, channels: [] });
    await writeFile(join(folder, 'settings', 'alerts.yaml'), 'channels:\n  - { name: desk, kind: webhook, url: "http://example.test/x" }\n  - { name: desk, kind: pigeon }\n');
    await expect(readAlertSettings(folder)).rejects.toMatchObject({
      code: 'HUSHU-WATCH-01', details: { faults: expect.arrayContaining([
        expect.objectContaining({ line: 3, rule: 'value-unknown' }), expect.objectContaining({ line: 2, rule: 'key-missing' }), expect.objectContaining({ line: 2, rule: 'url-insecure' }), expect.objectContaining({ line: 3, rule: 'name-repeated' }),
      ]) },
    });
    await rm(folder, { recursive: true });
  });
});
