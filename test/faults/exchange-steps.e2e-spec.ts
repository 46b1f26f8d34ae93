import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readHubStatement, type HubDelivery } from '#feeds';
import type { Text } from '#kernel';
import { hasOpenssl } from '../support/certificates.js';
import { CITY, DISTRICT } from '../support/upstream-hub.js';
import { ABOVE, ExchangeGround, FEED } from './exchange-ground.js';

const REJECTS = 17;
/** Where a process is ended for real: while what it has done is not committed, and while only the other side knows of it. */
const KILLED = ['exchange.offering', 'exchange.gathering', 'exchange.handed', 'exchange.noted'];
const OWED = `select kind, sequence, state, reason from exchange.outgoing order by id`;
type Owed = { kind: string; sequence: number; state: string; reason: { text: Text; hint?: Text } | null };

/** What a district owes its city arrives once, whatever becomes of its workers; what is not in order says so. */
describe('between a hub and the one above it', () => {
  let ground: ExchangeGround;
  beforeAll(async () => { ground = await ExchangeGround.open(); });
  afterAll(() => ground?.close());

  const owed = (sequence: number): Promise<Owed[]> => ground.rows<Owed>('district', OWED).then((rows) => rows.filter((row) => row.sequence === sequence));
  const told = async (where: 'city' | 'district', sequence: number): Promise<string[]> => {
    const sql = `select concat_ws(' ', kind, detail ->> 'rule', detail ->> 'code') as said from runs.event where detail ->> 'sequence' = '${sequence}' and kind ~ '^(receipt|return)-' order by id`;
    return where === 'city' ? (await ground.rows<{ said: string }>('city', sql)).map(({ said }) => said)
      : (await ground.bench.store.database.pool('runs').query<{ said: string }>(sql)).rows.map(({ said }) => said);
  };
  const receiptOf = async (sequence: number): Promise<{ outcome: string; rule: string | null; statement: string } | undefined> =>
    (await ground.rows<{ outcome: string; rule: string | null; statement: string }>('city', `select outcome, rule, statement from exchange.receipt where sequence = ${sequence}`))[0];
  function legible(...texts: (Text | undefined)[]): void {
    for (const text of texts) {
      expect(text?.zh).toMatch(/[\u4e00-\u9fff]{2}/);
      expect(text?.en).toMatch(/[A-Za-z]{3}/);
    }
  }
  const SENT = ['receipt-sent', 'return-sent'];
  const RECEIVED = ['receipt-received', 'return-received'];

  it('brings receipts, returns, the catalogue and what is given on once, though its worker ends at every step of a round', async () => {
    await ground.give();
    await ground.take();
    const steps = await ground.round();
    const each = ['claimed', 'handing', 'handed', 'noted', 'settled'];
    expect([...new Set(steps)].sort()).toEqual(
      ['digested', 'offering', 'offered', 'gathering', 'gathered', 'token', ...each, 'reported', 'looking', 'looked', 'replacing', 'replaced'].map((step) => `exchange.${step}`).sort());
    for (const step of each) expect([step, steps.filter((one) => one === `exchange.${step}`).length]).toEqual([step, 2]);

    const entries = () => ground.rows<object>('district', `select hub, feed, entry ->> 'code' as code, entry ->> 'coverage' as coverage from exchange.entry`);
    expect(await entries()).toEqual([{ hub: CITY, feed: FEED, code: 'first', coverage: 'local' }]);
    await ground.city.admin.query(`update sharing.product set definition = definition || '{"code": "second"}'`);
    await ground.give();
    await ground.take();
    for (const step of steps) expect([step, await ground.breakRound(step)]).toEqual([step, true]);
    expect(await ground.round()).toEqual(expect.not.arrayContaining(['exchange.handing', 'exchange.offering']));
    await ground.give();
    await ground.take();
    for (const step of KILLED) expect([step, await ground.killRound(step)]).toEqual([step, true]);
    expect((await ground.round()).filter((step) => step === 'exchange.settled')).toHaveLength(2);

    for (const sequence of [1, 2, 3]) {
      expect(await owed(sequence)).toEqual(['receipt', 'returned'].map((kind) => ({ kind, sequence, state: 'sent', reason: null })));
      expect(await told('district', sequence)).toEqual(SENT);
      expect(await told('city', sequence)).toEqual(RECEIVED);
    }
    await statementsHold([1, 2, 3]);
    const kept = await ground.rows<{ sequence: number; path: string; rows: number }>('city', 'select sequence, stored_path as path, rows::int4 as rows from exchange.returned order by sequence');
    expect(kept.map(({ sequence, rows }) => [sequence, rows])).toEqual([[1, REJECTS], [2, REJECTS], [3, REJECTS]]);
    expect(readdirSync(dirname(kept[0]!.path)).sort()).toEqual(kept.map(({ path }) => path.slice(dirname(path).length + 1)).sort());
    expect(await entries()).toEqual([{ hub: CITY, feed: FEED, code: 'second', coverage: 'local' }]);
  });

  /** Everything that either side signed is verified by the other's key alone, and speaks of what it should. */
  async function statementsHold(sequences: number[]): Promise<void> {
    const [ours, theirs] = [[ground.bench.keys.hubSigner().publicKey], [ground.city.keys.hubSigner().publicKey]];
    const says = (kind: 'manifest' | 'receipt' | 'returned', statement: string, keys: string[], about: Omit<HubDelivery, 'feed'>): unknown => {
      const read = readHubStatement(kind, statement, keys, { ...about, feed: FEED });
      if ('problem' in read) throw new Error(`${kind} ${about.sequence}: ${JSON.stringify(read.problem)}`);
      return read.says;
    };
    const list = (where: 'city' | 'district', sql: string) => ground.rows<{ sequence: number; statement: string }>(where, `${sql} order by sequence`);
    for (const [kind, table] of [['receipt', 'receipt'], ['returned', 'returned']] as const) {
      const there = await list('city', `select sequence, statement from exchange.${table}`);
      expect(there.map(({ sequence }) => sequence)).toEqual(sequences);
      for (const { sequence, statement } of there) expect(says(kind, statement, ours, { from: DISTRICT, to: CITY, sequence })).toMatchObject(kind === 'receipt' ? { outcome: 'taken' } : { rows: REJECTS });
    }
    for (const { sequence, statement } of await list('city', 'select sequence, manifest as statement from exchange.offer')) says('manifest', statement, theirs, { from: CITY, to: DISTRICT, sequence });
    const given = await list('district', `select sequence, manifest as statement from exchange.offer where hub = '${ABOVE}'`);
    expect(given.map(({ sequence }) => sequence)).toEqual(sequences);
    for (const { sequence, statement } of given) says('manifest', statement, ours, { from: DISTRICT, to: ABOVE, sequence });
  }

  it('refuses a delivery with other rows than its manifest speaks of, and says so above', async () => {
    await ground.give(999);
    const { runs: [, , , run] } = await ground.take();
    expect(run).toMatchObject({ state: 'refused', promisedRows: 999, reason: { rule: 'manifest-differs' } });
    expect(run!.reason!.text.en).toBe('The manifest speaks of 999 rows, there are 30');
    legible(run!.reason!.text, run!.reason!.hint);
    await ground.round();
    expect(await receiptOf(4)).toMatchObject({ outcome: 'refused', rule: 'manifest-differs' });
    expect(await told('city', 4)).toEqual(['receipt-received manifest-differs']);
    expect(await owed(4)).toEqual([{ kind: 'receipt', sequence: 4, state: 'sent', reason: null }]);
  });

  it('takes nothing past a gap in the numbers, and goes on when it is filled', async () => {
    for (let n = 5; n <= 7; n++) await ground.give();
    await ground.city.admin.query('update exchange.offer set sequence = 1006 where sequence = 6');
    const { reason, runs } = await ground.take();
    expect(runs).toHaveLength(5);
    expect(reason).toMatchObject({ rule: 'delivery-missing', text: { en: 'city lists no delivery 6 of library-card and goes on with 7', zh: 'city 的 library-card 缺少第 6 批，随后是第 7 批' } });
    legible(reason!.hint);
    await ground.city.admin.query('update exchange.offer set sequence = 6 where sequence = 1006');
    expect(await ground.take()).toMatchObject({ reason: null, runs: { length: 7 } });
    expect((await ground.rows<{ id: string }>('district', `select split_part(arrival_id, '/', 3) as id from runs.arrival_status order by run`)).map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('tells an officer when the hub above knows no delivery of that number any more', async () => {
    await ground.city.admin.query('update exchange.offer set sequence = 1005 where sequence = 5');
    await ground.round();
    const refused = await owed(5);
    expect(refused.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['receipt refused', 'returned refused']);
    for (const { reason } of refused) {
      expect(reason!.text.en).toContain('city refuses: HUSHU-GATEWAY-20');
      legible(reason!.text, reason!.hint);
    }
    expect(await told('district', 5)).toEqual(['receipt-not-taken HUSHU-GATEWAY-20', 'return-not-taken HUSHU-GATEWAY-20']);
    for (const sequence of [6, 7]) expect(await told('city', sequence)).toEqual(RECEIVED);
    await ground.city.admin.query('update exchange.offer set sequence = 5 where sequence = 1005');
  });

  it('refuses bytes that are not their manifest\'s once, killed before and after it said so', async () => {
    await ground.give();
    const [{ path }] = await ground.rows<{ path: string }>('city', 'select stored_path as path from exchange.offer where sequence = 8') as [{ path: string }];
    await ground.city.admin.query('update exchange.offer set stored_path = (select stored_path from exchange.offer where sequence = 7) where sequence = 8');
    for (const step of ['fetch.refusing', 'fetch.refused']) expect([step, await ground.killFetch(step)]).toEqual([step, true]);
    expect((await ground.take()).reason).toMatchObject({ rule: 'manifest-differs' });
    expect(await receiptOf(8)).toMatchObject({ outcome: 'refused', rule: 'manifest-differs' });
    expect(await told('city', 8)).toEqual(['receipt-received manifest-differs']);
    await ground.city.admin.query('update exchange.offer set stored_path = $1 where sequence = 8', [path]);
    expect(await ground.take()).toMatchObject({ reason: null, runs: { length: 8 } });
  });

  (hasOpenssl ? it : it.skip)('returns over TLS to whom the authority it was told of vouches for, and to nobody else', async () => {
    expect(ground.city.url).toMatch(/^https:/);
    ground.trust(false);
    await ground.round();
    const waiting = await owed(8);
    expect(waiting.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['receipt waiting', 'returned waiting']);
    for (const { reason } of waiting) {
      expect(reason!.text.en).toMatch(/^The certificate of 127\.0\.0\.1:\d+ is signed by an unknown authority \(city, issued by fiction-authority, /);
      legible(reason!.text, reason!.hint);
    }
    expect(await receiptOf(8)).toMatchObject({ outcome: 'refused' });
    ground.trust(true);
    await ground.round();
    expect((await owed(8)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['receipt sent', 'returned sent']);
    expect(await receiptOf(8)).toMatchObject({ outcome: 'taken' });
    const [{ path }] = await ground.rows<{ path: string }>('city', 'select stored_path as path from exchange.returned where sequence = 8') as [{ path: string }];
    expect(existsSync(join(path))).toBe(true);
    expect(await told('city', 8)).toEqual(['receipt-received manifest-differs', ...RECEIVED]);
  });

  it('sends a report anew of whose rejects one was settled while it was being sent', async () => {
    await ground.give();
    const run = (await ground.take()).runs.at(-1)!.id;
    let settled = 0;
    await ground.roundWhile(async () => {
      const { rowCount } = await ground.bench.store.database.pool('staging').query(
        `insert into staging.reject_end (run, row_no, how, by_run) select run, min(row_no), 'mended', run from staging.reject where run = $1 group by run`, [run]);
      settled += rowCount ?? 0;
    });
    expect(settled).toBe(1);
    expect((await owed(9))[1]).toMatchObject({ kind: 'returned', state: 'waiting', reason: { text: { en: expect.stringContaining('HUSHU-EXCHANGE-15') } } });
    await ground.round();
    expect((await owed(9)).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['receipt sent', 'returned sent']);
    expect(await told('district', 9)).toEqual(SENT);
  });
});

if (!hasOpenssl) process.stderr.write('openssl is not on this machine: between hubs TLS was not tested\n');
