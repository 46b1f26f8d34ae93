import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractChanges, FeedCatalogue, type ContractDefinition } from '#feeds';
import { systemClock } from '#kernel';
import { Ledger, NO_COUNTS, putContractsInForce, Redrives, type Delivery } from '#runs';
import { valueToken } from '#staging';
import { testGateway, type TestGateway } from '../../../../test/support/gateway.js';

const FEED = 'marriage';
const NUMBER = '11010519491231002X';

/** Civil affairs supplies marriage: its officers act on it and on nothing of the pension office's. */
describe('rejects over HTTP', () => {
  let hub: TestGateway, ledger: Ledger, redrives: Redrives, contract: ContractDefinition, bad: number;
  const token: Record<'zhang' | 'wang' | 'reader', string> = { zhang: '', wang: '', reader: '' };

  beforeAll(async () => {
    hub = await testGateway();
    await hub.loadGrants([{ grant: 'data', department: 'data-office' }, { grant: 'g' }]);
    const made = async (department: string, officer?: string): Promise<string> => (await hub.clientOf(department, { scopes: ['operations'], ...(officer !== undefined && { officer }) })).token;
    token.zhang = await made('data-office', '张科长');
    token.wang = await made('civil-affairs', '王科');
    token.reader = await made('data-office');
    ledger = new Ledger(hub.store.database, systemClock);
    redrives = new Redrives(hub.store.database, ledger, systemClock);
    const { definitions } = await FeedCatalogue.load(join(import.meta.dirname, '../../../../config'));
    await putContractsInForce<ContractDefinition>(hub.store.database, definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition })), '李工',
      (before, after) => ({ ...contractChanges(before, after) }));
    contract = definitions.find(({ feed }) => feed === FEED)!;
    bad = await rejected(FEED, 40);
    await rejected('pension', 3);
  });
  afterAll(() => hub.close());

  const delivery = (feed: string): Delivery => ({ feed, fileName: 'x', filePath: '/x', fileBytes: 10, fileStat: '', contractVersion: 'v1', mode: 'delta', batchNo: null, asOf: new Date('2026-01-01') });
  /** A published run of so many rejected rows: every fourth with a bad date, the others with a code nobody knows. */
  async function rejected(feed: string, rows: number): Promise<number> {
    const run = await ledger.accept(delivery(feed));
    await publish(run.id);
    const columns = contract.fields.map(({ column }) => column);
    const line = (row: number): Buffer => hub.keys.sealer().sealBytes(Buffer.from(JSON.stringify(Object.fromEntries(columns.map((column, i) => [column, i === 0 ? `M${row}` : i === 1 ? NUMBER : '']))) ));
    for (let row = 1; row <= rows; row++) {
      const date = row % 4 === 0;
      await hub.admin.query(
        `insert into staging.reject (run, row_no, ordinal, feed, rule, field, township, value_token, raw) values ($1, $2, 0, $3, $4, $5, '370399001', $6, $7)`,
        [run.id, row, feed, date ? 'date-shape' : 'code-unmapped', date ? '登记日期' : '业务类型', valueToken(hub.keys, feed, date ? '昨天' : 'ZZ'), line(row)]);
    }
    await hub.admin.query(`insert into staging.reject_form (run, columns, format) values ($1, $2, '{"kind": "ndjson", "encoding": "utf-8"}')`, [run.id, columns]);
    return run.id;
  }
  async function publish(run: number): Promise<void> {
    for (const [from, state] of [['accepted', 'staged'], ['staged', 'linked'], ['linked', 'published']] as const) {
      await ledger.advance((await ledger.claim(run, from, 'worker'))!.lease, { state, counts: { ...NO_COUNTS, read: 5, added: 5 } });
    }
  }
  const headers = (who: keyof typeof token, more: Record<string, string> = {}) => ({ authorization: `Bearer ${token[who]}`, 'accept-language': 'en', ...more });
  const get = (url: string, who: keyof typeof token = 'wang') => hub.inject({ method: 'GET', url, headers: headers(who) });
  const post = (url: string, body: object | undefined, who: keyof typeof token = 'wang', key?: string) =>
    hub.inject({ method: 'POST', url, ...(body && { payload: body }), headers: headers(who, key === undefined ? {} : { 'idempotency-key': key }) });
  const ordered = async (body: object = {}): Promise<number> => ((await post('/v1/rejects/redrives', { feed: FEED, ...body })).json() as { id: number }).id;
  /** As a worker that takes an order up. */
  const claimed = async (id: number) => (await redrives.claim(id, 'worker'))!.lease;
  const accepted = async (id: number): Promise<number> => {
    const lease = await claimed(id);
    await redrives.tell(lease, { matched: 10, doneRows: 10, leftOut: 0 });
    return redrives.accept(lease, delivery(FEED), () => undefined);
  };

  it('are counted first, then ordered once, to be looked for at one place', async () => {
    const dry = async (body: object) => ((await post('/v1/rejects/redrives?dryRun=true', { feed: FEED, ...body }, 'reader')).json() as { matched: number }).matched;
    expect([await dry({}), await dry({ rule: 'date-shape' }), await dry({ run: bad, row: 7 }), await dry({ field: '业务类型', township: '370399001' }), await dry({ township: '370399002' })]).toEqual([40, 10, 1, 30, 0]);
    expect([await dry({ valueText: ' ZZ ' }), await dry({ value: valueToken(hub.keys, FEED, 'ZZ') }), await dry({ valueText: 'AA' })]).toEqual([30, 30, 0]);
    expect([(await post('/v1/rejects/redrives?dryRun=true', { feed: FEED })).statusCode, (await get('/v1/rejects/redrives')).json()]).toEqual([200, { items: [], next: null }]);

    const body = { feed: FEED, rule: 'code-unmapped', valueText: 'ZZ' };
    const [first, again] = [await post('/v1/rejects/redrives', body, 'wang', 'k1'), await post('/v1/rejects/redrives', body, 'wang', 'k1')];
    expect([first.statusCode, again.statusCode, again.body, again.headers['idempotency-replayed']]).toEqual([202, 202, first.body, 'true']);
    const { id } = first.json() as { id: number };
    expect(first.headers['location']).toBe(`/v1/rejects/redrives/${id}`);
    const waiting = {
      id, feed: FEED, filter: { rule: 'code-unmapped', value: valueToken(hub.keys, FEED, 'ZZ') }, repairedColumns: [], by: '王科', state: 'waiting', step: 'wait', matched: null, leftOut: null,
      run: null, rowsDone: 0, rowsExpected: null, rowsPerSecond: null, etaSeconds: null, reason: null, createdAt: expect.any(String), endedAt: null,
    };
    expect(first.json()).toEqual(waiting);
    expect((await get(`/v1/rejects/redrives/${id}`)).json()).toEqual({ ...waiting, outcome: null });
    expect((await get('/v1/rejects/redrives?state=waiting')).json()).toEqual({ items: [waiting], next: null });
    expect((await post('/v1/rejects/redrives', { feed: FEED }, 'wang', 'k1')).json()).toMatchObject({ status: 409, code: 'HUSHU-GATEWAY-30' });
    await redrives.cancel(id, '王科');
  });

  it('go through in two parts, each with its rows, speed and seconds to go, and counts that add up', async () => {
    const id = await ordered({ rule: 'date-shape' });
    const at = async () => (await get(`/v1/rejects/redrives/${id}`)).json() as Record<string, unknown>;
    const lease = await claimed(id);
    await redrives.tell(lease, { matched: 10, doneRows: 0, leftOut: 0 });
    await redrives.tell(lease, { matched: 10, doneRows: 4, leftOut: 1 });
    expect(await at()).toMatchObject({ state: 'running', step: 'write', matched: 10, leftOut: 1, rowsDone: 5, rowsExpected: 10, rowsPerSecond: expect.any(Number), etaSeconds: expect.any(Number) });
    await redrives.tell(lease, { matched: 10, doneRows: 9, leftOut: 1 });
    await hub.admin.query('insert into staging.redriven (redrive, of_run, of_row, row_no) select $1, $2, n * 4, n from generate_series(1, 9) n', [id, bad]);
    const run = await redrives.accept(lease, delivery(FEED), () => undefined);
    expect(await at()).toMatchObject({ state: 'driving', step: 'wait', run, rowsDone: 0, rowsExpected: 9, outcome: { rows: 9, mended: 0, open: 9 } });
    await publish(run);
    await hub.admin.query(`insert into staging.reject_end (run, row_no, how, by_run, by_row) select $1, n * 4, case when n = 9 then 'rejected-again' when n = 8 then 'superseded' else 'mended' end, $2, n from generate_series(1, 9) n`, [bad, run]);
    const done = await at();
    expect(done).toMatchObject({ state: 'done', step: null, rowsDone: 9, rowsExpected: 9, etaSeconds: null, endedAt: expect.any(String), outcome: { rows: 9, mended: 7, rejectedAgain: 1, superseded: 1, open: 0 } });
    expect((await get(`/v1/runs/${run}/settled`)).json()).toEqual({
      run, feed: FEED, items: ([['mended', 7], ['rejected-again', 1], ['superseded', 1]] as const).map(([how, rejects]) => ({ how, ofRun: bad, rule: 'date-shape', text: expect.anything(), field: '登记日期', rejects })),
    });
    expect((await post(`/v1/rejects/redrives/${id}/cancel`, undefined)).json()).toMatchObject({ status: 409, type: expect.stringMatching(/redrive-ended$/), code: 'HUSHU-RUNS-20' });
  });

  it('are cancelled at any moment before they are published, once or twice, and the worker finds the fence closed', async () => {
    const [early, late] = [await ordered({ run: bad, row: 1 }), await ordered({ run: bad, row: 2 })];
    const cancel = (id: number) => post(`/v1/rejects/redrives/${id}/cancel`, id === early ? undefined : {});
    expect((await cancel(early)).json()).toMatchObject({ id: early, state: 'cancelled', run: null });
    const run = await accepted(late);
    const { lease } = (await ledger.claim(run, 'accepted', 'worker'))!;
    for (let times = 0; times < 2; times++) expect((await cancel(late)).json()).toMatchObject({ id: late, state: 'cancelled', run, step: null, rowsDone: 0, endedAt: expect.any(String) });
    expect(await ledger.find(run)).toMatchObject({ state: 'discarded' });
    await expect(ledger.advance(lease, { state: 'staged' })).rejects.toMatchObject({ code: 'HU001' });
    expect(await ledger.renew(lease)).toBe(false);
    const { items } = (await get(`/v1/feeds/${FEED}/timeline?limit=3`)).json() as { items: object[] };
    expect(items).toContainEqual(expect.objectContaining({ kind: 'redrive-cancelled', by: '王科', run, detail: { redrive: late } }));
    // A run that its worker is about to publish when the order is cancelled: one of the two wins.
    const third = await ordered({ run: bad, row: 3 });
    const racing = await accepted(third);
    const held = (await ledger.claim(racing, 'accepted', 'worker'))!.lease;
    const [said, cancelled] = await Promise.allSettled([ledger.advance(held, { state: 'refused', reason: { rule: 'x', text: { zh: '无', en: 'none' } } }), redrives.cancel(third, '王科')]);
    const { state } = (await ledger.find(racing))!;
    expect([said.status, (cancelled as PromiseFulfilledResult<boolean>).value, state]).toEqual(state === 'refused' ? ['fulfilled', false, 'refused'] : ['rejected', true, 'discarded']);
  });

  it('are mended by values that come in a body and are seen nowhere', async () => {
    const id = await ordered({ field: '业务类型', repairs: [{ column: '业务类型', from: 'ZZ', to: 'NEWVALUE' }, { run: bad, row: 1, column: contract.fields[2]!.column, to: NUMBER }] });
    const { rows: [kept] } = await hub.admin.query<{ text: string; repairs: Buffer }>('select repairs, d::text as text from runs.redrive d where id = $1', [id]);
    expect(hub.keys.sealer().openBytes(kept!.repairs).toString()).toContain('NEWVALUE');
    expect((await get(`/v1/rejects/redrives/${id}`)).json()).toMatchObject({ repairedColumns: [...new Set(['业务类型', contract.fields[2]!.column])] });
    const { rows: events } = await hub.admin.query<{ text: string }>('select e::text as text from runs.event e union all select a.answer from access.answered_call a');
    for (const text of [kept!.text, ...events.map((one) => one.text), ...hub.sent, JSON.stringify(hub.logged)]) expect(text).not.toMatch(new RegExp(`NEWVALUE|${NUMBER}`));
    await redrives.cancel(id, '王科');
  });

  it.each([
    [{}, '/feed', 'missing'], [{ feed: 'nobody' }, '/feed', 'unknown-feed'], [{ feed: 'pension' }, '/feed', 'unknown-feed'], [{ feed: FEED, township: '1' }, '/township', 'matches'],
    [{ feed: FEED, rows: 1 }, '/rows', 'unknown-key'], [{ feed: FEED, repairs: [{ column: NUMBER, to: 'x' }] }, '/repairs/0', 'repair'], [{ feed: FEED, repairs: [{ column: '备注' }] }, '/repairs/0/to', 'missing'],
    [{ feed: FEED, repairs: [{ row: 1, column: '备注', to: 'x' }] }, '/repairs/0', 'row-of-run'], [{ feed: FEED, value: valueOf('x'), valueText: 'x' }, '/valueText', 'either-or'], [{ feed: FEED, repairs: [] }, '/repairs', 'array-min-size'],
  ])('refuse %j: %s %s', async (body, pointer, rule) => {
    const reply = await post('/v1/rejects/redrives', body);
    expect(reply.json()).toMatchObject({ status: 400, type: expect.stringMatching(/invalid-request$/), errors: [expect.objectContaining({ pointer, rule })] });
    expect(reply.body).not.toContain(NUMBER);
  });

  it('are another department\'s own, and for people with a name', async () => {
    const { id } = (await post('/v1/rejects/redrives', { feed: 'pension' }, 'zhang')).json() as { id: number };
    const feeds = async (who: keyof typeof token) => [...new Set(((await get('/v1/rejects/redrives', who)).json() as { items: { feed: string }[] }).items.map(({ feed }) => feed))].sort();
    expect([await feeds('wang'), await feeds('zhang')]).toEqual([[FEED], [FEED, 'pension']]);
    for (const reply of [await get(`/v1/rejects/redrives/${id}`), await post(`/v1/rejects/redrives/${id}/cancel`, undefined), await get('/v1/rejects/report?feed=pension'), await get('/v1/rejects/redrives/x')]) expect(reply.statusCode).toBe(404);
    for (const reply of [await post('/v1/rejects/redrives', { feed: FEED }, 'reader'), await post(`/v1/rejects/redrives/${id}/cancel`, undefined, 'reader'), await get(`/v1/rejects/report?feed=${FEED}`, 'reader')]) {
      expect(reply.json()).toMatchObject({ status: 403, code: 'HUSHU-GATEWAY-33' });
    }
    expect(await redrives.find(id)).toMatchObject({ state: 'waiting' });
    expect((await get('/v1/rejects/report')).json()).toMatchObject({ status: 400, errors: [{ parameter: 'feed' }] });
  });

  it('go back to their supplier as it delivers them, and into the audit before', async () => {
    const reply = await get(`/v1/rejects/report?feed=${FEED}&run=${bad}`);
    expect([reply.statusCode, reply.headers['content-type'], reply.headers['content-disposition'], reply.headers['cache-control']])
      .toEqual([200, 'application/x-ndjson', `attachment; filename="${FEED}-rejects.ndjson"`, 'no-store']);
    const lines = reply.body.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
    expect(lines).toHaveLength(31);
    expect(lines[0]).toMatchObject({ [contract.fields[0]!.column]: 'M1', [contract.fields[1]!.column]: NUMBER, 拒收规则: '业务类型:code-unmapped', 拒收说明: expect.any(String) });
    const { rows: [audited] } = await hub.admin.query<{ body: string }>('select body from access.audit order by seq desc limit 1');
    expect(JSON.parse(audited!.body)).toMatchObject({ kind: 'rejects-reported', department: 'civil-affairs', operator: { name: '王科' }, detail: { feed: FEED, run: bad, rejects: 31 } });
    expect(audited!.body).not.toContain(NUMBER);
    expect(((await get(`/v1/feeds/${FEED}/timeline?limit=1`)).json() as { items: object[] }).items[0]).toMatchObject({ kind: 'rejects-reported', by: '王科', text: { zh: '拒收回流' } });
    expect((await hub.inject({ method: 'HEAD', url: `/v1/rejects/report?feed=${FEED}`, headers: headers('wang') })).headers['content-type']).toBe('application/x-ndjson');
  });

  function valueOf(character: string): string {
    return `${character.repeat(8)}`.replaceAll('x', 'a') + '-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
  }
});
