import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Keys } from '#keys';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { chain, GENESIS } from './audit-chain.js';
import { auditInvariants } from './audit-invariants.js';
import { AuditWriter } from './audit-writer.js';

const keys = new Keys(new Map([[1, Buffer.alloc(32, 9)]]));
const clock = { now: () => new Date('2025-11-20T08:00:00.123Z') };

describe('the audit', () => {
  let store: TestDatabase;
  let admin: pg.Client;
  let writer: AuditWriter;

  beforeAll(async () => {
    store = await testDatabase();
    admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
  });
  beforeEach(async () => {
    await admin.query(`truncate access.audit, access.daily_use`);
    await admin.query(`update access.audit_head set seq = 0, h = $1, mac = ''`, [GENESIS]);
    writer = new AuditWriter(store.database, keys, clock);
  });
  afterAll(async () => {
    await writer.end();
    await admin.end();
    await store.drop();
  });

  const append = (n: number, from = writer): Promise<unknown> =>
    Promise.all(Array.from({ length: n }, (_, i) => from.append({ kind: 'query', grant: 'g', persons: [`p${i}`] }, { grant: 'g', persons: 2 })));
  const verdict = async (): Promise<{ holds: boolean; faults: string[] }> => {
    const [chain] = await auditInvariants(store.database, keys);
    return { holds: chain!.holds, faults: chain!.faults.map(({ seq, fault }) => `${seq}:${fault}`) };
  };

  it('gives every event a place without gaps, chained by SM3, and receipts that fit', async () => {
    const receipts = await Promise.all([1, 2, 3].map((n) => writer.append({ kind: 'query', request: `r${n}` })));
    const { rows } = await admin.query<{ seq: string; body: string; h: Buffer }>('select seq, body, h from access.audit order by seq');
    expect(rows.map((row) => row.seq)).toEqual(['1', '2', '3']);
    expect(JSON.parse(rows[1]!.body)).toEqual({ seq: 2, at: '2025-11-20T08:00:00.123Z', kind: 'query', request: 'r2' });
    expect(rows[0]!.h).toEqual(chain(GENESIS, rows[0]!.body));
    expect(receipts).toEqual(rows.map((row) => ({ seq: Number(row.seq), h: row.h.toString('hex') })));
    expect(await verdict()).toEqual({ holds: true, faults: [] });
    await writer.end();
  });

  it('joins events that wait at the same time into few commits, each durable when its append resolves', async () => {
    await append(3000);
    expect(writer.counts.events).toBe(3000);
    expect(writer.counts.batches).toBeLessThan(30);
    expect((await admin.query('select count(*)::int as n from access.audit')).rows[0].n).toBe(3000);
    await writer.end();
  });

  it('counts a grant\'s use in the same transaction', async () => {
    await append(10);
    expect(writer.usedToday('g')).toBe(20);
    expect((await admin.query('select day::text, requests::int, persons::int from access.daily_use')).rows).toEqual([{ day: '2025-11-20', requests: 10, persons: 20 }]);
    const another = new AuditWriter(store.database, keys, clock);
    await another.loadUse();
    expect(another.usedToday('g')).toBe(20);
    await Promise.all([writer.end(), another.end()]);
  });

  it('keeps one chain when several writers append at once', async () => {
    const writers = [writer, new AuditWriter(store.database, keys, clock), new AuditWriter(store.database, keys, clock)];
    for (let round = 0; round < 5; round++) await Promise.all(writers.map((one) => append(200, one)));
    await Promise.all(writers.map((one) => one.end()));
    expect((await admin.query('select count(*)::int as n, max(seq)::int as last, sum((select persons from access.daily_use))::int as used from access.audit')).rows[0])
      .toMatchObject({ n: 3000, last: 3000 });
    expect((await admin.query('select persons::int from access.daily_use')).rows[0].persons).toBe(6000);
    expect(await verdict()).toEqual({ holds: true, faults: [] });
  });

  it('loses nothing and writes nothing twice when its connection is cut again and again', async () => {
    const cut = setInterval(() => {
      void admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'test:access'`).catch(() => undefined);
    }, 20);
    let made = 0;
    for (let round = 0; round < 20; round++) { await append(50); made += 50; }
    clearInterval(cut);
    await writer.end();
    expect((await admin.query('select count(*)::int as n from access.audit')).rows[0].n).toBe(made);
    expect(await verdict()).toEqual({ holds: true, faults: [] });
  });

  it('finds a changed body, a changed time, a row taken out of the middle and a chain cut at its end', async () => {
    await append(20);
    await writer.end();
    const tampered = async (sql: string): Promise<string[]> => {
      await admin.query('begin');
      await admin.query(sql);
      await admin.query('commit');
      const { faults } = await verdict();
      return faults;
    };
    const { rows: kept } = await admin.query('select * from access.audit order by seq');
    const restore = async (): Promise<void> => {
      await admin.query('truncate access.audit');
      for (const row of kept) await admin.query('insert into access.audit values ($1, $2, $3, $4)', [row.seq, row.at, row.body, row.h]);
    };
    expect(await tampered(`update access.audit set body = replace(body, '"g"', '"x"') where seq = 7`)).toEqual(['7:body']);
    await restore();
    expect(await tampered(`update access.audit set at = at + interval '1 hour' where seq = 9`)).toEqual(['9:time']);
    await restore();
    expect(await tampered('delete from access.audit where seq = 5')).toEqual(['6:gap', '6:body']);
    await restore();
    expect(await tampered('delete from access.audit where seq > 15')).toEqual(['15:head']);
    expect(await tampered('update access.audit_head set (seq, h) = (select seq, h from access.audit where seq = 15)')).toEqual(['15:signature']);
  });

  it('cannot be changed or shortened by the role that writes it', async () => {
    await append(1);
    await expect(store.database.pool('access').query('update access.audit set body = body')).rejects.toThrow(/permission denied/);
    await expect(store.database.pool('access').query('delete from access.audit')).rejects.toThrow(/permission denied/);
    await expect(store.database.pool('sharing').query('select * from access.audit')).rejects.toThrow(/permission denied/);
    await writer.end();
  });
});
