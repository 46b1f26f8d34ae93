import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractChanges, FeedCatalogue, type ContractDefinition } from '#feeds';
import { systemClock } from '#kernel';
import { Ledger, NO_COUNTS, Progress, putContractsInForce, Redrives, type Lease, type Run, type RunState } from '#runs';
import { testGateway, type TestGateway } from '../../../../../test/support/gateway.js';

interface Event { id?: string; event: string; data: any }

/** A reader of Server-Sent Events over a socket. */
class Reader {
  readonly events: Event[] = [];
  ended = false;
  private text = '';
  private wake: () => void = () => undefined;

  private constructor(readonly status: number, readonly headers: IncomingMessage['headers'], private readonly call: ClientRequest, reply: IncomingMessage) {
    reply.setEncoding('utf8');
    reply.on('data', (text: string) => { this.take(text); });
    const over = (): void => { this.ended = true; this.wake(); };
    reply.on('end', over).on('close', over).on('error', over);
  }

  static open(port: number, path: string, headers: Record<string, string>): Promise<Reader> {
    return new Promise((resolve, fail) => {
      const call = httpRequest({ port, path, headers }, (reply) => { resolve(new Reader(reply.statusCode!, reply.headers, call, reply)); });
      call.on('error', fail);
      call.end();
    });
  }

  async until(done: (events: Event[]) => boolean): Promise<void> {
    while (!done(this.events)) {
      if (this.ended) throw new Error(`ended after ${JSON.stringify(this.events)}`);
      await new Promise<void>((resolve) => { this.wake = resolve; });
    }
  }

  async untilEnd(): Promise<void> {
    while (!this.ended) await new Promise<void>((resolve) => { this.wake = resolve; });
  }

  close(): void {
    this.call.destroy();
  }

  get states(): string[] {
    return this.events.filter((one) => one.event === 'state').map((one) => `${one.data.run} ${one.data.state}`);
  }

  private take(text: string): void {
    this.text += text;
    for (let at = this.text.indexOf('\n\n'); at >= 0; at = this.text.indexOf('\n\n')) {
      const fields = Object.fromEntries(this.text.slice(0, at).split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
      this.text = this.text.slice(at + 2);
      if (fields['event'] !== undefined) this.events.push({ event: fields['event'], data: JSON.parse(fields['data']!), ...(fields['id'] !== undefined && { id: fields['id'] }) });
    }
    this.wake();
  }
}

describe('what a data officer sees of runs and feeds', () => {
  let hub: TestGateway, ledger: Ledger, port: number, officer: string, stranger: string;
  const readers: Reader[] = [];

  beforeAll(async () => {
    hub = await testGateway();
    await hub.loadGrants([{ grant: 'data', department: 'data-office' }, { grant: 'g' }]);
    ({ token: officer } = await hub.clientOf('data-office', { scopes: ['operations'] }));
    ({ token: stranger } = await hub.clientOf('civil-affairs'));
    ledger = new Ledger(hub.store.database, systemClock);
    await hub.app.listen(0, '127.0.0.1');
    port = (hub.app.getHttpServer().address() as AddressInfo).port;
  });
  afterAll(() => hub.close());

  const watch = async (path: string, headers: Record<string, string> = {}, token = officer): Promise<Reader> => {
    const reader = await Reader.open(port, path, { authorization: `Bearer ${token}`, ...headers });
    readers.push(reader);
    return reader;
  };
  const get = (url: string, token = officer) => hub.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } });
  const accept = (feed: string): Promise<Run> => ledger.accept({
    feed, fileName: 'x.csv', filePath: '/x.csv', fileBytes: 10, fileStat: '', contractVersion: 'v1', mode: 'full', batchNo: null, asOf: new Date('2026-01-01'),
  });
  const claim = async (run: Run, state: RunState): Promise<Lease> => (await ledger.claim(run.id, state, 'worker'))!.lease;
  const counts = { ...NO_COUNTS, read: 400, rejected: 2, added: 398 };

  it('tells a run\'s states and rows as they come, and ends with the run', async () => {
    const run = await accept('pension');
    const reader = await watch(`/v1/runs/${run.id}/events`);
    expect([reader.status, reader.headers['content-type'], reader.headers['cache-control']]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store']);
    await reader.until((events) => events.some((one) => one.event === 'progress'));
    expect(reader.events.slice(0, 2)).toMatchObject([
      { id: expect.stringMatching(/^\d+$/), event: 'state', data: { run: run.id, feed: 'pension', state: 'accepted', again: false } },
      { event: 'progress', data: { run: run.id, step: 'wait', rowsDone: 0, rowsExpected: null, etaSeconds: null } },
    ]);

    const lease = await claim(run, 'accepted');
    const progress = new Progress(hub.store.database, lease);
    progress.begin('read', 0, 400);
    await reader.until((events) => events.some((one) => one.data.step === 'read'));
    // Ticks between two words cost nothing and say nothing.
    let rows = 0;
    const ticking = setInterval(() => { progress.tick(rows = Math.min(300, rows + 1)); }, 5);
    await reader.until((events) => events.some((one) => one.data.rowsDone > 0));
    clearInterval(ticking);
    const read = reader.events.filter((one) => one.data.rowsDone > 0)[0]!.data;
    expect(read).toMatchObject({ state: 'accepted', step: 'read', rowsExpected: 400, rowsPerSecond: expect.any(Number) });
    expect(read.etaSeconds).toBeCloseTo((400 - read.rowsDone) / read.rowsPerSecond, 6);

    await ledger.advance(lease, { state: 'staged', counts });
    await ledger.advance(await claim(run, 'staged'), { state: 'linked' });
    await ledger.advance(await claim(run, 'linked'), { state: 'published' });
    await reader.untilEnd();
    expect(reader.states).toEqual(['accepted', 'staged', 'linked', 'published'].map((state) => `${run.id} ${state}`));
    expect(reader.events.at(-1)).toEqual({ event: 'end', data: { run: run.id } });
    expect(reader.events.at(-2)).toMatchObject({ event: 'progress', data: { state: 'published', step: null, rowsDone: 400, rowsExpected: 400 } });

    // A worker whose lease is over tells nothing any more.
    progress.begin('read', 0, 1);
    await hub.store.database.pool('runs').query('select 1');
    expect((await hub.admin.query('select step from runs.progress where run = $1 and token = $2', [run.id, lease.token])).rows).toEqual([{ step: 'read' }]);
    expect((await hub.admin.query('select rows_expected::int from runs.progress where run = $1', [run.id])).rows).toEqual([{ rows_expected: 400 }]);
  });

  it('goes on behind Last-Event-ID, and says by 204 that all was said', async () => {
    const run = await accept('marriage');
    await ledger.advance(await claim(run, 'accepted'), { state: 'refused', counts, reason: { rule: 'file-columns', text: { zh: '列', en: 'columns' } } });
    const whole = await watch(`/v1/runs/${run.id}/events`);
    await whole.untilEnd();
    expect(whole.states).toEqual([`${run.id} accepted`, `${run.id} refused`]);
    const [first, last] = whole.events.filter((one) => one.event === 'state');
    const rest = await watch(`/v1/runs/${run.id}/events`, { 'last-event-id': first!.id! });
    await rest.untilEnd();
    expect(rest.states).toEqual([`${run.id} refused`]);
    expect((await watch(`/v1/runs/${run.id}/events`, { 'last-event-id': last!.id! })).status).toBe(204);
    expect((await watch(`/v1/runs/${run.id}/events`, { 'last-event-id': 'x' })).status).toBe(400);
  });

  it('tells of all runs from now on, over one listening connection, and hears again after it was cut', async () => {
    const [one, other] = await Promise.all([watch('/v1/runs/events'), watch('/v1/runs/events')]);
    const run = await accept('health-record');
    for (const reader of [one, other]) await reader.until(() => reader.states.includes(`${run.id} accepted`));
    expect(one.states).toEqual([`${run.id} accepted`]);
    const listening = async (): Promise<number[]> => (await hub.admin.query(
      `select pid from pg_stat_activity where datname = current_database() and usename = 'hushu_operations' and query = 'listen hushu_run'`)).rows.map(({ pid }) => pid);
    const [pid, ...more] = await listening();
    expect(more).toEqual([]);
    await hub.admin.query('select pg_terminate_backend($1)', [pid]);
    // Who comes next makes the gateway listen again, and nobody misses what was said meanwhile.
    const lease = await claim(run, 'accepted');
    for (let tries = 0; (await listening()).length > 0 && tries < 1000; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    const third = await watch('/v1/runs/events', { 'last-event-id': one.events.find((event) => event.id !== undefined)!.id! });
    await ledger.advance(lease, { state: 'held', counts, reason: { rule: 'shrink', text: { zh: '缩', en: 'shrunk' } } });
    for (const reader of [one, other, third]) await reader.until(() => reader.states.includes(`${run.id} held`));
    expect(third.states).toEqual([`${run.id} held`]);
    for (const reader of [one, other, third]) reader.close();
  });

  it('tells those who watch all of an order to drive rejects again, from its taking to its end', async () => {
    const redrives = new Redrives(hub.store.database, ledger, systemClock);
    const reader = await watch('/v1/runs/events');
    const { id } = await redrives.order({ feed: 'pension', filter: {}, by: '王科' });
    const told = () => reader.events.filter((one) => one.event === 'redrive' && one.data.id === id).map(({ data }) => data);
    const { lease } = (await redrives.claim(id, 'worker'))!;
    await redrives.tell(lease, { matched: 9, doneRows: 5, leftOut: 0 });
    await reader.until(() => told().some((one) => one.rowsDone === 5));
    expect(told().at(-1)).toMatchObject({ feed: 'pension', state: 'running', step: 'write', rowsExpected: 9 });
    const run = await redrives.accept(lease, { feed: 'pension', fileName: 'x', filePath: '/x', fileBytes: 1, fileStat: '', contractVersion: 'v1', mode: 'delta', batchNo: null, asOf: new Date() }, () => undefined);
    await reader.until(() => told().some((one) => one.state === 'driving'));
    await ledger.advance((await ledger.claim(run, 'accepted', 'worker'))!.lease, { state: 'refused', counts, reason: { rule: 'x', text: { zh: '无', en: 'none' } } });
    await reader.until(() => told().some((one) => one.state === 'failed'));
    expect(told().at(-1)).toMatchObject({ run, step: null, reason: { rule: 'x' } });
    reader.close();
  });

  it('lets in officers only, so many streams a client, and no run that is not there', async () => {
    expect((await get('/v1/runs/events', stranger)).statusCode).toBe(403);
    for (const path of ['/v1/runs/1/events', '/v1/runs/1/errors', '/v1/feeds/pension/timeline']) {
      expect((await get(path, stranger)).statusCode).toBe(403);
      expect((await hub.inject({ method: 'GET', url: path })).statusCode).toBe(401);
    }
    for (const path of ['/v1/runs/9999/events', '/v1/runs/x/events', '/v1/runs/9999/errors', '/v1/feeds/nobody/timeline']) expect((await get(path)).statusCode).toBe(404);
    expect((await get('/v1/runs/events?run=1')).statusCode).toBe(400);
    expect((await hub.inject({ method: 'HEAD', url: '/v1/runs/events', headers: { authorization: `Bearer ${officer}` } })).headers['content-type']).toMatch(/event-stream/);
    const { token } = await hub.clientOf('data-office', { scopes: ['operations'] });
    const opened = await Promise.all(Array.from({ length: 9 }, () => watch('/v1/runs/events', {}, token)));
    const refused = opened.filter((one) => one.status !== 200);
    expect(refused.map((one) => [one.status, one.headers['retry-after']])).toEqual([[429, '5']]);
    opened.find((one) => one.status === 200)!.close();
    // A place is free as soon as the gateway has seen the reader go.
    for (let status = 0; status !== 200;) ({ status } = await watch('/v1/runs/events', {}, token));
  });

  it('groups what was rejected by rule and column, with the numbers of rows and no value', async () => {
    const run = await accept('pension');
    await hub.admin.query(`insert into staging.reject (run, row_no, ordinal, feed, rule, field)
      select $1, n, 0, 'pension', case n % 3 when 0 then 'code-unmapped' else 'date-shape' end, case when n % 3 = 0 then '险种' else '出生日期' end from generate_series(1, 12) n`, [run.id]);
    expect((await get(`/v1/runs/${run.id}/errors`)).json()).toEqual({
      run: run.id, feed: 'pension', items: [
        { feed: 'pension', rule: 'date-shape', text: expect.objectContaining({ zh: expect.any(String) }), field: '出生日期', rejects: 8, examples: [1, 2, 4, 5, 7] },
        { feed: 'pension', rule: 'code-unmapped', text: expect.anything(), field: '险种', rejects: 4, examples: [3, 6, 9, 12] },
      ],
    });
    await ledger.advance(await claim(run, 'accepted'), { state: 'failed', counts });
  });

  it('shows a feed\'s deliveries, outcomes, changes and people\'s actions on one line of time, newest first', async () => {
    const run = await accept('cremation');
    await ledger.advance(await claim(run, 'accepted'), { state: 'held', counts, reason: { rule: 'shrink', text: { zh: '缩', en: 'shrunk' } } });
    await ledger.decide(run.id, 'release', { by: '李处', reason: '核实' });
    await ledger.decide(run.id, 'release', { by: '王科', reason: '已核实' });
    await ledger.advance(await claim(run, 'accepted'), { state: 'refused', counts });
    const kinds: string[] = [];
    let next: string | null = null;
    const pages: any[] = [];
    do {
      const page = (await get(`/v1/feeds/cremation/timeline?limit=2${next === null ? '' : `&cursor=${next}`}`)).json() as any;
      pages.push(...page.items);
      kinds.push(...page.items.map((item: any) => item.kind));
      ({ next } = page);
    } while (next !== null);
    expect(kinds).toEqual(['run-refused', 'run-taken-up-again', 'hold-released', 'release-proposed', 'run-held', 'delivered']);
    expect(pages[2]).toMatchObject({ feed: 'cremation', run: run.id, by: '王科', detail: { reason: '已核实', releasedBy: ['李处', '王科'], needs: 0 }, text: { zh: '放行挂起的批次' } });
    expect(pages[3]).toMatchObject({ by: '李处', detail: { reason: '核实', releasedBy: ['李处'], needs: 1 } });
    expect(pages[5]).toMatchObject({ detail: { file: 'x.csv', contractVersion: 'v1', mode: 'full' }, by: null });
    expect(pages[0]).toMatchObject({ detail: { read: 400, rejected: 2 } });
    expect((await get('/v1/feeds/cremation/timeline?cursor=WzFd')).statusCode).toBe(400);
    // A feed of the district to which nothing has happened has an empty one.
    expect((await get('/v1/feeds/standard-address/timeline')).json()).toEqual({ items: [], next: null });
  });

  it('notes a contract\'s versions with what changed, and answers lineage of those in force', async () => {
    const { definitions } = await FeedCatalogue.load(join(import.meta.dirname, '../../../../../config'));
    const put = (all: ContractDefinition[]) => putContractsInForce<ContractDefinition>(
      hub.store.database, all.map((definition) => ({ feed: definition.feed, version: definition.version, definition })), '李工', (before, after) => ({ ...contractChanges(before, after) }));
    expect(await put(definitions)).toHaveLength(definitions.length);
    expect(await put(definitions)).toEqual([]);
    const changed = structuredClone(definitions.find((one) => one.feed === 'pension')!);
    changed.version = 'next';
    changed.schedule = { every: 'week' };
    changed.fields = changed.fields.filter((field) => field.column !== '联系电话');
    changed.fields.find((field) => field.column === '单位名称')!.required = true;
    changed.fields.push({ ...changed.fields.find((field) => field.column === '单位名称')!, column: '单位代码', as: 'employer_no' });
    const [list, codes] = Object.entries(changed.codes)[0]!;
    codes.entries['ZZ'] = 'zz';
    expect(await put(definitions.map((one) => (one.feed === 'pension' ? changed : one)))).toEqual(['pension']);
    const [newest] = ((await get('/v1/feeds/pension/timeline?limit=1')).json() as any).items;
    expect(newest).toMatchObject({
      kind: 'contract-applied', by: '李工', text: { zh: '契约生效' }, detail: {
        version: 'next', before: definitions.find((one) => one.feed === 'pension')!.version, parts: ['schedule'],
        columns: { added: ['单位代码'], removed: ['联系电话'], changed: [{ column: '单位名称', parts: ['required'] }] },
        codes: [{ list, added: ['ZZ'], removed: [], remapped: [] }],
      },
    });
    const found = (await get(`/v1/lineage?feed=pension&field=${encodeURIComponent('险种')}&attribute=pension.scheme`)).json() as any;
    expect(found.paths).toEqual([{ feed: 'pension', field: '险种', use: 'value', attribute: 'pension.scheme', rules: ['type:pension/险种', 'codes:pension/pension-insurance-type', 'survivorship:pension.scheme'], shares: expect.any(Array) }]);
    expect(found.edges).toContainEqual({ from: 'codes:pension/pension-insurance-type', to: 'survivorship:pension.scheme', use: 'value' });
    expect(((await get('/v1/lineage?department=civil-affairs&attribute=identity.name')).json() as any).paths.length).toBeGreaterThan(0);
    expect((await get('/v1/lineage?column=x')).statusCode).toBe(400);
    expect((await get('/v1/lineage', stranger)).statusCode).toBe(403);
    // A feed that is no longer of the district keeps its past.
    await put(definitions.filter((one) => one.feed !== 'pension'));
    expect(((await get('/v1/feeds/pension/timeline?limit=1')).json() as any).items[0]).toMatchObject({ kind: 'contract-withdrawn', detail: { version: 'next' } });
  });

  it('ends every stream when the gateway closes', async () => {
    const reader = await watch('/v1/runs/events');
    await hub.app.close();
    await reader.untilEnd();
    await expect(watch('/v1/runs/events')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
