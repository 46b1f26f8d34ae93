import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasOpenssl, makeCertificate } from '../../../../test/support/certificates.js';
import { startWire } from '../../../../test/support/wire.js';
import { amended, COLUMNS, columnsOf, contractOn, faultOf, fetchFrom, held, openOn, type SupplierDatabase } from './table-rows.fixture.js';

type Row = (string | null)[];

const TYPES: Record<SupplierDatabase['kind'], string[]> = {
  postgres: ['varchar(40)', 'text', 'date', 'date', 'numeric(30,12)', 'text', 'timestamptz', 'varchar(2)'],
  mysql: ['varchar(40)', 'text', 'date', 'date', 'decimal(30,12)', 'text', 'datetime(6)', 'varchar(2)'],
};

const row = (no: string, at: string, note: string | null = null): Row => [no, '王小明', '1990-02-28', '2026-03-01', '12.50', note, at, '增'];

/** What every table transport must do, on a real server. */
export function tableCases(start: () => Promise<{ database: SupplierDatabase; stop(): Promise<void> }>): void {
  let database: SupplierDatabase;
  let stop: () => Promise<void>;
  let tables = 0;

  beforeAll(async () => void ({ database, stop } = await start()));
  afterAll(() => stop?.());

  const q = (name: string): string => database.quote(name);

  async function made(types: Record<string, string> = {}, schema?: string): Promise<string> {
    const table = `${schema === undefined ? '' : `${schema}.`}front_${++tables}`;
    const columns = COLUMNS.map((column, i) => `${q(column)} ${types[column] ?? TYPES[database.kind][i]}`);
    await database.run(`create table ${table} (${columns.join(', ')}, primary key (${q('编号')}))`);
    return table;
  }

  async function put(table: string, ...rows: Row[]): Promise<void> {
    for (const values of rows) {
      const marks = values.map((_, i) => (database.kind === 'postgres' ? `$${i + 1}` : '?'));
      await database.run(`insert into ${table} (${COLUMNS.map(q).join(', ')}) values (${marks.join(', ')})`, values);
    }
  }

  const numbers = (rows: string[][]): string[] => rows.map(([no]) => no);

  it('a delta feed takes everything at first, then only what is new, and nothing when nothing is', async () => {
    const table = await made();
    const contract = contractOn(database, table);
    await put(table, row('a', '2026-03-01 10:00:00'), row('b', '2026-03-01 10:00:00.25'), row('never', '2026-03-01 10:00:00'));
    await database.run(`update ${table} set ${q('更新时间')} = null where ${q('编号')} = 'never'`);
    const first = await fetchFrom(database, contract);
    expect(numbers(first.rows).sort()).toEqual(['a', 'b', 'never']);
    expect(first.rows.find(([no]) => no === 'b')).toEqual(['b', '王小明', '19900228', '202603', '12.500000000000', '', '20260301100000', '增']);
    expect(first.arrival.fileName).toMatch(/^parcel-\d{14}\.ndjson$/);
    expect(first.arrival.asOf?.getTime()).toBe(first.look.current?.getTime());
    expect(Math.abs(first.arrival.asOf!.getTime() - Date.now())).toBeLessThan(300_000);

    const nothing = await fetchFrom(database, contract, first.cursor);
    expect([nothing.rows, nothing.empty, nothing.look.current !== null]).toEqual([[], true, true]);

    // One row anew, one of the overlap changed without its stamp being touched: both are told, what was delivered is not.
    await put(table, row('c', '2026-03-02 00:00:00'));
    await database.run(`update ${table} set ${q('备注')} = '改过' where ${q('编号')} = 'a'`);
    const second = await fetchFrom(database, contract, nothing.cursor);
    expect(numbers(second.rows)).toEqual(['a', 'c']);
    expect(second.empty).toBe(false);
    expect(second.arrival.id).not.toBe(first.arrival.id);
    expect((await fetchFrom(database, contract, second.cursor)).empty).toBe(true);
    // Another column to go by: the old cursor says nothing of it.
    expect(numbers((await fetchFrom(database, contractOn(database, table, { options: { stamp: '出生日期' } }), second.cursor)).rows)).toHaveLength(4);
  });

  it('a row committed late with an earlier stamp is not skipped, and what lies in the future waits', async () => {
    const table = await made();
    const contract = contractOn(database, table);
    await put(table, row('a', '2026-03-01 10:00:00'), row('future', '2126-03-01 10:00:00'));
    const late = await database.begin();
    await late.run(`insert into ${table} (${COLUMNS.map(q).join(', ')}) values ('late', null, null, null, null, null, '2026-03-01 10:00:03', '增')`);
    await put(table, row('b', '2026-03-01 10:00:05'));
    const before = await fetchFrom(database, contract);
    expect(numbers(before.rows)).toEqual(['a', 'b']);
    await late.commit();
    const after = await fetchFrom(database, contract, before.cursor);
    expect(numbers(after.rows)).toEqual(['late']);
    expect((await fetchFrom(database, contract, after.cursor)).empty).toBe(true);
  });

  it('stamps that are text are read by the same rules; text that is no stamp is told', async () => {
    const table = await made({ 更新时间: 'varchar(20)' });
    const contract = contractOn(database, table, { options: { overlapSeconds: 60 } });
    await put(table, row('a', '20260301100000'), row('b', '20260301100130'));
    const first = await fetchFrom(database, contract);
    expect(numbers(first.rows)).toEqual(['a', 'b']);
    await put(table, row('too late', '20260301100000'), row('c', '20260301100040'), row('d', '20260301110000'));
    expect(numbers((await fetchFrom(database, contract, first.cursor)).rows)).toEqual(['c', 'd']);

    const other = await made({ 更新时间: 'varchar(20)' });
    await put(other, row('a', '2026-03-01'));
    expect(await faultOf(fetchFrom(database, contractOn(database, other)))).toMatchObject({ rule: 'transport-source', stamp: '更新时间' });
  });

  it('a full feed is the whole table, and the same bytes when it is the same table', async () => {
    const table = await made();
    const contract = contractOn(database, table, { mode: 'full', options: { columns: { 备注: '操作' } } });
    expect(await fetchFrom(database, contract)).toMatchObject({ rows: [], empty: false, cursor: null });
    await put(table, row('b', '2126-03-01 10:00:00'), row('a', '2026-03-01 10:00:00'));
    const first = await fetchFrom(database, contract);
    expect(first.rows.map((cells) => [cells[0], cells[5]])).toEqual([['a', '增'], ['b', '增']]);
    expect(first.cursor).toBeNull();
    expect((await fetchFrom(database, contract)).text).toBe(first.text);
  });

  it('a table of another schema is read by its whole name, and is not there without it', async () => {
    const table = await made({}, database.schema);
    await put(table, row('a', '2026-03-01 10:00:00'));
    expect(numbers((await fetchFrom(database, contractOn(database, table))).rows)).toEqual(['a']);
    expect(await faultOf(fetchFrom(database, contractOn(database, table.split('.')[1])))).toMatchObject({ rule: 'transport-source', table: table.split('.')[1] });
    expect(await faultOf(fetchFrom(database, contractOn(database, `nowhere.${table.split('.')[1]}`)))).toMatchObject({ rule: 'transport-source' });
  });

  it('what is read is what the table holds, to the character', async () => {
    const table = await made({ 备注: database.kind === 'mysql' ? 'text character set utf8mb4' : 'text' });
    const contract = contractOn(database, table, { mode: 'full' });
    const whole = fc.bigInt(0n, 10n ** 18n - 1n);
    const text = fc.string({ unit: fc.constantFrom('王', '𠮷', 'é', '"', '\\', '\'', '`', '\n', '\t', '%', '$1', '?', ' ', '​', '1'), minLength: 1, maxLength: 20 });
    const entry = fc.record({ note: fc.option(text), whole, part: fc.bigInt(0n, 10n ** 12n - 1n), minus: fc.boolean(), day: fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }) });
    const entries = fc.sample(entry, { numRuns: 120, seed: 7 });
    const wanted = entries.map(({ note, whole: units, part, minus, day }, i) => {
      const amount = `${minus && units > 0n ? '-' : ''}${units}.${String(part).padStart(12, '0')}`;
      return { no: `n${String(i).padStart(4, '0')}`, note, amount, day: day.toISOString().slice(0, 10), at: day.toISOString().slice(0, 19).replace('T', ' ') };
    });
    await put(table, ...wanted.map(({ no, note, amount, day, at }): Row => [no, null, day, day, amount, note, at, '增']));
    const { rows } = await fetchFrom(database, contract);
    expect(rows).toEqual(wanted.map(({ no, note, amount, day, at }) =>
      [no, '', day.replaceAll('-', ''), day.replaceAll('-', '').slice(0, 6), amount, note ?? '', at.replace(/\D/g, ''), '增']));
  });

  it('what people settled about its columns is what is read, and the columns as they are there are told', async () => {
    const table = await made();
    const contract = contractOn(database, table, { options: { columns: { 备注: 'bz' } } });
    await put(table, row('a', '2026-03-01 10:00:00', '先'));
    await database.run(`alter table ${table} rename column ${q('备注')} to bz`);
    expect(await columnsOf(database, contract, 'integer', 'stamp')).toEqual(
      ['编号', '姓名', '出生日期 not integer', '缴费月份 not integer', '金额', 'bz → 备注', '更新时间 not integer', '操作']);
    const { cursor } = await fetchFrom(database, contract);
    for (const [from, to] of [['bz', 'memo'], ['更新时间', 'gxsj'], ['姓名', '名'], ['金额', '款']] as const) await database.run(`alter table ${table} rename column ${q(from)} to ${q(to)}`);
    await database.run(`alter table ${table} add column ${q('新列')} ${database.kind === 'postgres' ? 'boolean' : 'datetime'}`);
    expect(await faultOf(fetchFrom(database, contract))).toMatchObject({ rule: 'transport-source', missing: ['姓名', '金额', 'bz', '更新时间'], unknown: ['名', '款', 'memo', 'gxsj', '新列'] });
    expect(await columnsOf(database, contract, 'integer', 'text')).toEqual(
      ['编号', '名 → ?', '出生日期 not integer', '缴费月份 not integer', '款 → ?', 'memo → ?', 'gxsj → ? not integer', '操作', '新列 → ? not integer']);
    const settled = amended(contract, { kind: 'alias', column: '备注', delivered: 'memo' }, { kind: 'alias', column: '更新时间', delivered: 'gxsj' },
      { kind: 'alias', column: '姓名', delivered: '名' }, { kind: 'alias', column: '金额', delivered: '款' });
    // What was delivered before is known by the same cursor; only what came since is read.
    await database.run(`insert into ${table} (${['编号', '名', 'memo', 'gxsj', '操作'].map(q).join(', ')}) values ('b', '李', '后', '2026-03-01 10:00:01', '增')`);
    expect((await fetchFrom(database, settled, cursor)).rows).toEqual([['b', '李', '', '', '', '后', '20260301100001', '增']]);
    const without = amended(settled, ...settled.amended!.amendments.slice(0, 3), { kind: 'absent', column: '金额' });
    expect((await fetchFrom(database, without)).rows.map((cells) => [cells[0], cells[4]])).toEqual([['a', ''], ['b', '']]);
    // A stamp that is gone cannot be done without, whatever is settled.
    expect(await faultOf(fetchFrom(database, amended(contract, { kind: 'alias', column: '备注', delivered: 'memo' }, { kind: 'absent', column: '姓名' }, { kind: 'absent', column: '金额' }, { kind: 'absent', column: '更新时间' }))))
      .toMatchObject({ rule: 'transport-source', missing: ['更新时间'] });
  });

  it('what is wrong on the other side is told by its name', async () => {
    const table = await made();
    const contract = contractOn(database, table);
    expect(await faultOf(fetchFrom(database, contract, null, 'not the password'))).toMatchObject({ rule: 'transport-denied' });
    expect(await faultOf(fetchFrom(database, contractOn(database, table, { options: { port: 1 } })))).toMatchObject({ rule: 'transport-unreachable', reason: 'ECONNREFUSED' });
    expect(await faultOf(fetchFrom(database, contractOn(database, table, { options: { host: 'no-such-host.invalid' } })))).toMatchObject({ rule: 'transport-unreachable' });
    expect(await faultOf(fetchFrom(database, contractOn(database, table, { options: { tls: true } })))).toMatchObject({ rule: 'transport-certificate' });
    expect(await faultOf(fetchFrom(database, contractOn(database, 'no_such_table')))).toMatchObject({ rule: 'transport-source', table: 'no_such_table' });
    expect(await faultOf(fetchFrom(database, contractOn(database, table, { options: { columns: { 不存在: 'x' } } })))).toMatchObject({ rule: 'transport-source', unknown: ['不存在'] });
    await database.run(`alter table ${table} rename column ${q('出生日期')} to ${q('生日')}`);
    expect(await faultOf(fetchFrom(database, contract))).toMatchObject({ rule: 'transport-source', missing: ['出生日期'], unknown: ['生日'] });
    await database.run(`alter table ${table} rename column ${q('生日')} to ${q('出生日期')}`);
    await database.withoutRights(table);
    expect(await faultOf(fetchFrom(database, contract))).toMatchObject({ rule: 'transport-source', table });
  });

  (hasOpenssl ? it : it.skip)('a certificate is trusted by the authority the contract names while it is valid and made out to the host', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-front-'));
    try {
      const table = await made();
      await put(table, row('a', '2026-03-01 10:00:00'));
      const authority = await makeCertificate(folder, 'fiction-authority', 'authority.invalid', null);
      const met = async (name: string, host: string, days: { from: string; until: string } | null, tls: unknown): Promise<unknown> => {
        const { port, stop: end } = await database.show(await makeCertificate(folder, name, host, authority, days));
        const fetching = fetchFrom(database, contractOn(database, table, { options: { port, tls } }));
        return fetching.then(({ rows }) => numbers(rows), () => faultOf(fetching)).finally(end);
      };
      const ca = { ca: authority.certFile };
      expect(await met('right', '127.0.0.1', null, ca)).toEqual(['a']);
      expect(await met('right-again', '127.0.0.1', null, true)).toMatchObject({ rule: 'transport-certificate' });
      expect(await met('old', '127.0.0.1', { from: '20240101000000Z', until: '20250101000000Z' }, ca)).toMatchObject({ rule: 'transport-certificate', reason: 'CERT_HAS_EXPIRED' });
      expect(await met('other', '127.0.0.9', null, ca)).toMatchObject({ rule: 'transport-certificate', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('a large table streams with flat memory; a server that goes, and a fetch that is called off, end it midway', async () => {
    const table = await made();
    await database.fill(table, 40_000, 600);
    const part = await made();
    await database.fill(part, 20_000, 4000);
    const wire = await startWire(Number(database.options['port']));
    const opened = async (from: string, signal: AbortSignal) => {
      const transport = await openOn(database, contractOn(database, from, { options: { port: wire.port } }));
      const { value: arrival } = await transport.arrivals(null, signal).next();
      if (!('chunks' in arrival!)) throw new Error('no arrival');
      return { transport, arrival };
    };
    const { signal } = new AbortController();
    const { transport, arrival } = await opened(table, signal);
    const marks: number[] = [];
    let bytes = 0;
    let rows = 0;
    for await (const chunk of arrival.chunks(signal)) {
      if (bytes >> 22 !== (bytes + chunk.length) >> 22) marks.push(held());
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows++;
    }
    await transport.close();
    expect(rows).toBe(40_000);
    expect(bytes).toBeGreaterThan(25 * 2 ** 20);
    expect(marks.length).toBeGreaterThan(4);
    expect(Math.max(...marks) - marks[0]).toBeLessThan(20 * 2 ** 20);

    // The line is cut; then the server goes. What it has written already goes on arriving, but no server writes 80 MB ahead.
    const lost = async (how: () => Promise<void>): Promise<void> => {
      const cut = await opened(part, signal);
      let read = 0;
      const reading = (async () => {
        for await (const chunk of cut.arrival.chunks(signal)) if ((read += chunk.length) === chunk.length) await how();
      })();
      expect(await faultOf(reading)).toMatchObject({ rule: 'transport-broken' });
      expect(read).toBeLessThan(60 * 2 ** 20);
      await cut.transport.close();
      wire.fail(null);
    };
    await lost(async () => wire.fail({ bytes: 2 ** 20, how: 'cut' }));

    const caller = new AbortController();
    const called = await opened(part, caller.signal);
    await expect((async () => {
      for await (const chunk of called.arrival.chunks(caller.signal)) if (chunk.length > 0) caller.abort(new Error('called off'));
    })()).rejects.toThrow('called off');
    await called.transport.close();
    if (database.kill !== undefined) await lost(() => database.kill!());
    await wire.close();
  });
}
