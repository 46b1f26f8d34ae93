import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditWriter } from '#access';
import { readHubStatement } from '#feeds';
import { systemClock } from '#kernel';
import { Keys, signStatement } from '#keys';
import { recordKillPoints } from '#runs';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import type { Neighbour, Neighbours } from '../neighbour/neighbours.js';
import { Offers } from './offers.js';
import { Receiver } from './receiver.js';

const keys = new Keys(new Map([[1, Buffer.alloc(32, 4)]]));
const zibo = new Keys(new Map([[1, Buffer.alloc(32, 5)]]));
const NEIGHBOUR: Neighbour = {
  hub: 'zibo', title: { zh: '淄博', en: 'Zibo' }, relation: 'upstream', keys: [zibo.hubSigner().publicKey], call: null, gives: [{ feed: 'pension', product: 'pension' }],
};
const NEIGHBOURS: Neighbours = { self: { hub: 'zhoucun', title: { zh: '周村', en: 'Zhoucun' } }, list: [NEIGHBOUR] };

describe('what a neighbour is offered', () => {
  let store: TestDatabase, admin: pg.Client, audit: AuditWriter, offers: Offers, folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-offers-'));
    store = await testDatabase();
    admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    audit = new AuditWriter(store.database, keys, systemClock);
    offers = new Offers({ database: store.database, keys, clock: systemClock, neighbours: NEIGHBOURS, audit });
  });
  afterAll(async () => {
    await audit.end();
    await admin.end();
    await store.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => admin.query('truncate runs.run, runs.outbox, exchange.offer, exchange.receipt, exchange.returned cascade'));

  const contentOf = (n: number): string => `delivery ${n}\n`;
  /** A published run of the pension feed; `kept`: there is a sealed copy of its bytes. */
  async function publish(n: number, minute: number, o: { kept?: boolean; seen?: string; redrive?: number; state?: string; path?: string } = {}): Promise<number> {
    const path = o.path ?? join(folder, `${n}.sealed`);
    if (o.kept !== false && o.path === undefined) await pipeline(Readable.from([Buffer.from(contentOf(n))]), keys.sealer().sealStream(), createWriteStream(path));
    const { rows: [{ id }] } = await admin.query<{ id: number }>(
      `insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, ended_at, state, stored_path, seen_digest, redrive, rows_read)
       values ('pension', $1, '', $2, '', 'v1', 'full', '2025-06-01Z', now(), '2025-06-01Z'::timestamptz + make_interval(mins => $3), $4, $5, $6, $7, 3) returning id`,
      [`${n}.txt`, contentOf(n).length, minute, o.state ?? 'published', o.kept === false ? null : path, o.seen ?? null, o.redrive ?? null]);
    return id;
  }
  const offered = async (): Promise<{ sequence: number; fileName: string; sm3: string; rows: number }[]> => (await offers.list('zibo', 'pension', 0, 100)).map(({ sequence, manifest }) => {
    const read = readHubStatement('manifest', manifest, [keys.hubSigner().publicKey], { from: 'zhoucun', to: 'zibo', feed: 'pension', sequence });
    if (!('says' in read)) throw new Error(JSON.stringify(read));
    const { fileName, sm3, rows } = read.says;
    return { sequence, fileName, sm3, rows };
  });
  const sm3 = (n: number): string => createHash('sm3').update(contentOf(n)).digest('hex');

  it('is numbered in the order of publishing, once, however many workers number at once', async () => {
    // The second was held and published after the third.
    for (const [n, minute] of [[1, 1], [2, 9], [3, 3], [4, 4], [5, 5]] as const) await publish(n, minute);
    const other = new Offers({ database: store.database, keys, clock: systemClock, neighbours: NEIGHBOURS, audit });
    await Promise.all([offers.offerNew(), other.offerNew(), offers.offerNew()]);
    expect(await offered()).toEqual([1, 3, 4, 5, 2].map((n, i) => ({ sequence: i + 1, fileName: `${n}.txt`, sm3: sm3(n), rows: 3 })));
    expect(await offers.offerNew()).toBe(0);
  });

  it('is what suppliers delivered and was published, of which there is a copy: a repetition offers that of the same rows', async () => {
    await publish(1, 1, { seen: 'd1' });
    await publish(2, 2, { kept: false, seen: 'd1' });
    await publish(3, 3, { kept: false, seen: 'd3' });
    const { rows: [order] } = await admin.query<{ id: number }>(`insert into runs.redrive (feed, filter, by, state, created_at) values ('pension', '{}', '张科长', 'done', now()) returning id`);
    await publish(4, 4, { redrive: order!.id });
    await publish(5, 5, { state: 'held' });
    await publish(6, 6, { path: join(folder, 'cleared-before') });
    await offers.offerNew();
    expect(await offered()).toEqual([{ sequence: 1, fileName: '1.txt', sm3: sm3(1), rows: 3 }, { sequence: 2, fileName: '1.txt', sm3: sm3(1), rows: 3 }]);
  });

  it('is read through once, however many neighbours it is offered to', async () => {
    await publish(1, 1, { seen: 'd1' });
    await publish(2, 2, { kept: false, seen: 'd1' });
    await publish(3, 3);
    const both: Neighbours = { ...NEIGHBOURS, list: [NEIGHBOUR, { ...NEIGHBOUR, hub: 'jinan' }] };
    const digested: number[] = [];
    recordKillPoints((point, run) => { if (point === 'exchange.digested') digested.push(run); });
    try {
      expect(await new Offers({ database: store.database, keys, clock: systemClock, neighbours: both, audit }).offerNew()).toBe(6);
    } finally {
      recordKillPoints(() => undefined);
    }
    expect(digested).toHaveLength(2);
    const { rows } = await admin.query<{ said: string }>(`select concat_ws(' ', hub, sequence, sm3) as said from exchange.offer order by hub, sequence`);
    expect(rows.map(({ said }) => said)).toEqual(['jinan', 'zibo'].flatMap((hub) => [1, 1, 3].map((n, i) => `${hub} ${i + 1} ${sm3(n)}`)));
  });

  it('is given byte for byte and audited, or said to be cleared', async () => {
    await publish(1, 1);
    await offers.offerNew();
    const offer = (await offers.find('zibo', 'pension', 1))!;
    const caller = { client: 'c', department: 'data-office', scopes: ['exchange'] as const, grant: undefined, officer: undefined, neighbour: 'zibo', feeds: null };
    expect(Buffer.concat(await (await offers.content(offer, caller, 'r1')).toArray() as Buffer[]).toString()).toBe(contentOf(1));
    rmSync(offer.storedPath);
    await expect(offers.content(offer, caller, 'r2')).rejects.toMatchObject({ code: 'HUSHU-EXCHANGE-10' });
    const { rows } = await admin.query<{ body: string }>(`select body from access.audit where body like '%delivery-given%'`);
    expect(rows.map(({ body }) => (JSON.parse(body) as { request: string }).request)).toEqual(['r1']);
  });

  it('comes back as a report that is kept sealed, once, and only as its statement says', async () => {
    await publish(1, 1);
    await offers.offerNew();
    const offer = (await offers.find('zibo', 'pension', 1))!;
    const receiver = new Receiver({ database: store.database, keys, clock: systemClock, neighbours: NEIGHBOURS, folder: join(folder, 'returns') });
    const report = Buffer.from('秘密,拒收\n');
    const statement = (says: object = {}): string => signStatement(zibo.hubSigner(), 'hushu-return', {
      from: 'zibo', to: 'zhoucun', feed: 'pension', sequence: 1, fileName: '1.txt', bytes: report.length, rows: 1, sm3: createHash('sm3').update(report).digest('hex'), at: new Date().toISOString(), ...says,
    });
    const send = (says: object = {}, content = report): Promise<unknown> => receiver.returned(NEIGHBOUR, offer, statement(says), Readable.from([content], { objectMode: false }));
    await expect(send({ sm3: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'HUSHU-EXCHANGE-15' });
    await expect(send({}, Buffer.concat([report, report]))).rejects.toMatchObject({ code: 'HUSHU-EXCHANGE-15' });
    await expect(send({ bytes: 10_000_000 })).rejects.toMatchObject({ code: 'HUSHU-EXCHANGE-16' });
    await expect(send({ rows: 4 })).rejects.toMatchObject({ code: 'HUSHU-EXCHANGE-16' });
    await expect(send({ to: 'elsewhere' })).rejects.toMatchObject({ code: 'HUSHU-EXCHANGE-12' });
    expect((await admin.query('select from exchange.returned')).rowCount).toBe(0);
    recordKillPoints((point) => { if (point === 'receive.return') throw new Error('broken off'); });
    await expect(send()).rejects.toThrow('broken off');
    recordKillPoints(() => undefined);
    await send();
    await send();
    const { rows: [{ stored_path: path }, ...more] } = await admin.query<{ stored_path: string }>('select stored_path from exchange.returned');
    expect(more).toEqual([]);
    expect(Buffer.concat(await keys.sealer().openFile(path).toArray() as Buffer[])).toEqual(report);
    // Somebody died between taking it and noting that.
    const receipt = signStatement(zibo.hubSigner(), 'hushu-receipt', {
      from: 'zibo', to: 'zhoucun', feed: 'pension', sequence: 1, outcome: 'taken', sm3: sm3(1), counts: { read: 3 }, rule: null, at: new Date().toISOString(),
    });
    recordKillPoints((point) => { if (point === 'receive.receipt') throw new Error('broken off'); });
    await expect(receiver.receipt(NEIGHBOUR, offer, receipt)).rejects.toThrow('broken off');
    recordKillPoints(() => undefined);
    for (let again = 0; again < 2; again++) expect(await receiver.receipt(NEIGHBOUR, offer, receipt)).toMatchObject({ outcome: 'taken' });
    const { rows: events } = await admin.query<{ said: string }>(`select concat_ws(' ', kind, detail ->> 'rule', detail ->> 'part') as said from runs.event order by id`);
    expect(events.map(({ said }) => said)).toEqual(['return-refused return-differs sm3', 'return-refused return-differs bytes', 'return-refused return-too-large', 'return-refused return-too-large', 'return-refused statement-faulty to', 'return-received', 'receipt-received']);
  });
});
