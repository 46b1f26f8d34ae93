import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkCharacter } from '#kernel';
import { PUBLIC_URL, testGateway, type TestGateway } from '../../../test/support/gateway.js';

const idNumber = (n: number): string => {
  const first = `37039919900101${String(n).padStart(3, '0')}`;
  return first + checkCharacter(first);
};
const ANN = idNumber(21), NOBODY = idNumber(88);

describe('the gateway', () => {
  let hub: TestGateway;
  let token: string;
  let officer: string;

  beforeAll(async () => {
    hub = await testGateway();
    await hub.addPeople([{ idNumber: ANN, facets: { identity: { name: '安宁', sex: '2', birth_date: '1990-01-01' }, registration: { status: '1', address: '丝绸路 1 号' }, health: { status: 'SENTINEL' } } }]);
    await hub.loadGrants([{ grant: 'g' }, { grant: 'small', quota: { perSecond: 2, burst: 3, perDay: 1000 } }, { grant: 'daily', quota: { perSecond: 100, burst: 100, perDay: 3 } }, { grant: 'data', department: 'data-office' }]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    ({ token } = await hub.clientOf('civil-affairs'));
    ({ token: officer } = await hub.clientOf('data-office', { scopes: ['operations'] }));
  });
  afterAll(() => hub.close());

  const body = (more: object = {}): object => ({
    grant: 'g', purpose: { code: 'marriage-registration', caseNo: 'A-1' }, operator: { id: '007', name: '王科', unit: '登记处' },
    by: { idNumbers: [ANN] }, fields: ['identity.name'], ...more,
  });
  const query = (payload: unknown, headers: Record<string, string> = {}) => hub.inject({
    method: 'POST', url: '/v1/persons/query', payload: payload as never, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });
  const get = (url: string, headers: Record<string, string> = {}) => hub.inject({ method: 'GET', url, headers });

  describe('records', () => {
    it('answers with items in order, meta and what is left of the quota', async () => {
      const reply = await query(body({ by: { idNumbers: [NOBODY, ANN] } }));
      expect(reply.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ratelimit: expect.stringMatching(/^"grant";r=\d+;t=\d+$/) });
      expect(reply.json()).toMatchObject({
        items: [{ index: 0, status: 'not_found' }, { index: 1, status: 'found', record: { identity: { name: '安宁' } } }],
        meta: { snapshot: null, freshness: { 'household-registration': { at: null, overdue: true } }, delivery: expect.stringMatching(/^\d+\.[0-9a-f]{64}$/) },
      });
    });

    it('answers in lines when asked for lines', async () => {
      const reply = await query(body({ by: { idNumbers: [ANN, NOBODY] } }), { accept: 'application/x-ndjson' });
      expect(reply.headers['content-type']).toMatch(/^application\/x-ndjson/);
      const lines = reply.body.trimEnd().split('\n').map((line) => JSON.parse(line));
      expect(lines.map((line) => line.status ?? Object.keys(line)[0])).toEqual(['found', 'not_found', 'meta']);
    });

    it('names the fields that are not granted and how to ask, in the caller\'s language', async () => {
      const reply = await query(body({ fields: ['identity.name', 'health.status'] }), { 'accept-language': 'en-GB, zh;q=0.5' });
      expect([reply.statusCode, reply.headers['content-type'], reply.headers['content-language']]).toEqual([403, 'application/problem+json; charset=utf-8', 'en']);
      expect(reply.json()).toMatchObject({
        type: `${PUBLIC_URL}/problems/field-not-granted`, status: 403, code: 'HUSHU-SHARING-22', title: 'Field not granted', fields: ['health.status'],
        hint: expect.stringContaining('Apply'), errors: [{ pointer: '/fields/1', rule: 'field-not-granted' }],
      });
      const chinese = (await query(body({ fields: ['health.status'] }), { 'accept-language': 'zh-CN' })).json() as any;
      expect(chinese).toMatchObject({ title: '字段未授权', hint: expect.stringContaining('共享申请') });
    });

    it('points at everything that is wrong with a request', async () => {
      const reply = await query({ grant: 5, purpose: { code: '', extra: 1 }, by: { idNumbers: ['1', 2, ''], personIds: [] }, fields: [], validAt: '2025-02-30', knownAt: 'yesterday', include: ['x'], 'a/b~c': 1 });
      expect(reply.statusCode).toBe(400);
      expect((reply.json() as any).errors.map((one: any) => one.pointer).sort()).toEqual(
        ['/a~1b~0c', '/by', '/fields', '/grant', '/include/0', '/knownAt', '/purpose/code', '/purpose/extra', '/validAt'].sort());
    });

    it('refuses a document number where words for the audit belong', async () => {
      const reply = await query(body({ purpose: { code: 'marriage-registration', caseNo: `案 ${ANN}` } }));
      expect(reply.json()).toMatchObject({ status: 400, errors: [{ pointer: '/purpose/caseNo', rule: 'document-number' }] });
      expect(reply.body).not.toContain(ANN);
    });

    it('takes ten thousand ids and not one more', async () => {
      const ids = Array.from({ length: 10_001 }, () => ANN);
      expect((await query(body({ by: { idNumbers: ids.slice(1) } }))).statusCode).toBe(200);
      expect((await query(body({ by: { idNumbers: ids } }))).json()).toMatchObject({ status: 400, errors: [{ pointer: '/by/idNumbers', rule: 'too-many' }] });
    });

    it('slows a caller down beyond the grant\'s rate, and says for how long', async () => {
      const replies = await Promise.all(Array.from({ length: 8 }, () => query(body({ grant: 'small' }))));
      const refused = replies.filter((reply) => reply.statusCode === 429);
      expect(replies.length - refused.length).toBeLessThanOrEqual(4);
      expect(refused.length).toBeGreaterThanOrEqual(4);
      expect(refused[0]!.json()).toMatchObject({ code: 'HUSHU-SHARING-26', limit: 2, window: 'second' });
      expect(Number(refused[0]!.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    });

    it('stops at the grant\'s people a day', async () => {
      for (let i = 0; i < 3; i++) expect((await query(body({ grant: 'daily' }))).statusCode).toBe(200);
      const reply = await query(body({ grant: 'daily' }));
      expect(reply.json()).toMatchObject({ status: 429, code: 'HUSHU-SHARING-27', limit: 3, window: 'day' });
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
    });

    it('lists what the caller may do', async () => {
      const reply = await get('/v1/me/grants', { authorization: `Bearer ${token}` });
      const { items } = reply.json() as { items: any[] };
      expect(items.map((item) => item.id).sort()).toEqual(['daily', 'g', 'small']);
      expect(items.find((item) => item.id === 'g')).toMatchObject({ requires: { purpose: ['caseNo'], operator: ['id', 'name', 'unit'] }, fields: expect.arrayContaining([expect.objectContaining({ path: 'identity.name', type: 'text' })]) });
      const again = await get('/v1/me/grants', { authorization: `Bearer ${token}`, 'if-none-match': String(reply.headers['etag']) });
      expect([again.statusCode, again.body]).toEqual([304, '']);
    });
  });

  describe('problems', () => {
    const cases: [string, () => ReturnType<typeof get>, number, string][] = [
      ['an address with nothing at it', () => get('/v1/nothing'), 404, 'HUSHU-GATEWAY-20'],
      ['broken JSON', () => query('{"grant": '), 400, 'HUSHU-GATEWAY-22'],
      ['an empty body', () => query(''), 400, 'HUSHU-GATEWAY-22'],
      ['__proto__ in the body', () => query('{"__proto__": {"grant": "g"}}'), 400, 'HUSHU-GATEWAY-22'],
      ['a constructor\'s prototype in the body', () => query('{"constructor": {"prototype": {"x": 1}}}'), 400, 'HUSHU-GATEWAY-22'],
      ['a body that is too large', () => query(JSON.stringify({ grant: 'x'.repeat(2_000_000) })), 413, 'HUSHU-GATEWAY-23'],
      ['a body that is not JSON', () => query('<xml/>', { 'content-type': 'application/xml' }), 415, 'HUSHU-GATEWAY-24'],
      ['text for a body', () => query('hello', { 'content-type': 'text/plain' }), 415, 'HUSHU-GATEWAY-24'],
      ['an array for a body', () => query('[]'), 400, 'HUSHU-SHARING-20'],
      ['a URL whose encoding is broken', () => get('/v1/runs/%E0%A4%A'), 400, 'HUSHU-GATEWAY-25'],
      ['a run that does not exist', () => get('/v1/runs/999', { authorization: `Bearer ${officer}` }), 404, 'HUSHU-GATEWAY-20'],
      ['a run\'s id that is none', () => get('/v1/runs/x', { authorization: `Bearer ${officer}` }), 404, 'HUSHU-GATEWAY-20'],
      ['parameters nobody knows', () => get('/v1/runs?sort=id;drop&limit=0', { authorization: `Bearer ${officer}` }), 400, 'HUSHU-GATEWAY-26'],
      ['an asset outside the folder', () => get('/docs/..%2f..%2fpackage.json'), 404, 'HUSHU-GATEWAY-20'],
    ];
    it.each(cases)('answers %s with a problem', async (_title, call, status, code) => {
      const reply = await call();
      expect([reply.statusCode, reply.headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8']);
      const problem = reply.json() as Record<string, any>;
      expect(problem).toMatchObject({ status, code, title: expect.any(String), type: expect.stringMatching(/\/problems\/[a-z-]+$/), instance: expect.stringMatching(/^urn:hushu:request:/) });
      expect(reply.body).not.toMatch(/select |at .*\.(ts|js):\d|node_modules/i);
      expect((await get(new URL(problem['type']).pathname)).statusCode).toBe(200);
    });

    it('answers a wrong method with 405 and the methods there are', async () => {
      const reply = await hub.inject({ method: 'DELETE', url: '/v1/persons/query' });
      expect([reply.statusCode, reply.headers['allow'], (reply.json() as any).code]).toEqual([405, 'POST', 'HUSHU-GATEWAY-21']);
      expect((await hub.inject({ method: 'POST', url: '/v1/runs/7' })).headers['allow']).toBe('GET, HEAD');
      expect((await get('/oauth/token')).headers['allow']).toBe('POST');
    });

    it('says nothing of what went wrong inside', async () => {
      await hub.admin.query('alter view runs.run_status rename to run_status_away');
      const reply = await get('/v1/runs?feed=x', { authorization: `Bearer ${officer}` });
      await hub.admin.query('alter view runs.run_status_away rename to run_status');
      expect(reply.json()).toMatchObject({ status: 500, code: 'HUSHU-GATEWAY-99' });
      expect(reply.body).not.toMatch(/run_status|relation|42P01/);
      expect(hub.logged.at(-1)).toMatchObject({ level: 'error', code: 'HUSHU-GATEWAY-99', error: '42P01', at: expect.stringContaining('.ts') });
    });
  });

  describe('for officers and operators', () => {
    beforeAll(async () => {
      await hub.admin.query(`insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, state)
        select 'pension', 'f' || n, '/x', 1, '', 'v', 'full', now(), now(), case n % 2 when 0 then 'published' else 'held' end from generate_series(1, 7) n`);
    });
    const asOfficer = async (url: string): Promise<any> => (await get(url, { authorization: `Bearer ${officer}` })).json();

    it('pages through runs, newest first, without paths', async () => {
      const seen: number[] = [];
      let url = '/v1/runs?limit=3';
      for (;;) {
        const { items, next } = await asOfficer(url);
        seen.push(...items.map((item: any) => item.id));
        expect(items[0]).not.toHaveProperty('filePath');
        if (next === null) break;
        url = `/v1/runs?limit=3&cursor=${next}`;
      }
      expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect((await asOfficer('/v1/runs?state=held')).items).toHaveLength(4);
      expect(await asOfficer('/v1/runs/2')).toMatchObject({ id: 2, state: 'published', steps: [] });
    });

    it('shows feeds with their freshness, and rejects', async () => {
      const { items } = await asOfficer('/v1/feeds');
      expect(items.map((item: any) => item.feed)).toEqual((await readdir('config/feeds')).sort());
      expect(new Set(items.filter((item: any) => item.feed !== 'pension').map((item: any) => item.colour))).toEqual(new Set(['grey']));
      expect(items.find((item: any) => item.feed === 'pension')).toMatchObject({ title: { zh: expect.any(String) }, held: 4, runs: 7 });
      expect(await asOfficer('/v1/rejects?rule=code-unmapped')).toEqual({ items: [], next: null });
    });

    it('finds rejects by column, and counts them by run, feed, rule and column', async () => {
      await hub.admin.query(`insert into staging.reject (run, row_no, ordinal, feed, rule, field)
        select 1 + n % 2, n, 0, 'pension', case n % 3 when 0 then 'code-unmapped' else 'date-format' end, case when n % 3 = 0 then '险种' else '出生日期' end from generate_series(1, 12) n`);
      const column = encodeURIComponent('险种');
      const open = { ordinal: 0, feed: 'pension', rule: 'code-unmapped', field: '险种', township: null, value: null, state: 'open', byRun: null, byRow: null };
      expect((await asOfficer(`/v1/rejects?field=${column}&limit=2`)).items).toEqual([{ run: 2, rowNo: 3, ...open }, { run: 2, rowNo: 9, ...open }]);
      const { facets } = await asOfficer('/v1/rejects/facets?rule=code-unmapped&run=1');
      // Each facet under the filters of the others.
      expect(facets).toEqual({
        run: [{ value: '1', rejects: 2 }, { value: '2', rejects: 2 }], feed: [{ value: 'pension', rejects: 2 }],
        rule: [{ value: 'date-format', rejects: 4 }, { value: 'code-unmapped', rejects: 2 }], field: [{ value: '险种', rejects: 2 }],
        township: [{ value: null, rejects: 2 }], value: [{ value: null, rejects: 2 }], state: [{ value: 'open', rejects: 2 }],
      });
      expect((await asOfficer('/v1/rejects?state=mended&township=370399001')).items).toEqual([]);
      expect((await get('/v1/rejects/facets?township=1', { authorization: `Bearer ${officer}` })).statusCode).toBe(400);
      await hub.admin.query('delete from staging.reject');
    });

    it('shows how good a feed is, by dimension and column, and gives it the colour of its worst', async () => {
      await hub.admin.query(`insert into staging.measure (feed, run, dimension, field, good, total, value, before, level, because) values
        ('pension', 2, 'validity', '', 99, 100, 0.99, null, 'ok', null), ('pension', 2, 'completeness', '联系电话', 40, 100, 0.4, 0.9, 'warn', 'jump'),
        ('pension', 1, 'validity', '', 100, 100, 1, null, 'ok', null)`);
      const first = await asOfficer('/v1/quality?feed=pension&limit=2');
      expect(first.items).toEqual([
        { feed: 'pension', run: 2, asOf: expect.any(String), dimension: 'completeness', field: '联系电话', value: 0.4, before: 0.9, good: 40, total: 100, level: 'warn', because: 'jump' },
        { feed: 'pension', run: 2, asOf: expect.any(String), dimension: 'validity', field: null, value: 0.99, before: null, good: 99, total: 100, level: 'ok', because: null },
      ]);
      const rest = await asOfficer(`/v1/quality?feed=pension&limit=2&cursor=${first.next}`);
      expect([rest.items.map((item: any) => [item.run, item.dimension]), rest.next]).toEqual([[[1, 'validity']], null]);
      expect((await get('/v1/quality?dimension=beauty', { authorization: `Bearer ${officer}` })).statusCode).toBe(400);
      const { items } = await asOfficer('/v1/feeds');
      expect(items.find((item: any) => item.feed === 'pension').because).toContainEqual({ part: 'checks', level: 'warn', what: 'completeness 联系电话 jump' });
      await hub.admin.query('delete from staging.measure');
    });

    it('shows everybody totals and the front page, and nobody a person', async () => {
      const status = await get('/v1/status');
      expect(status.json()).toMatchObject({ people: { registered: 1, provisional: 0 }, feeds: expect.any(Array), runs: expect.any(Array) });
      const front = await get('/');
      expect(front.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(front.body).toContain('/v1/persons/query');
      expect(status.body + front.body).not.toMatch(/安宁|SENTINEL|file_path|filePath/);
    });

    it('goes on when every connection to the store is cut, and still hears of a revoked grant', async () => {
      for (let i = 0; i < 3; i++) {
        await hub.admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`);
        const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await query(body())).statusCode));
        expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
        for (let tries = 0; (await query(body())).statusCode !== 200; tries++) {
          expect(tries).toBeLessThan(100);
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      }
      await hub.cases.revokeHolding('small', 'misuse');
      while (((await query(body({ grant: 'small' }))).json() as any).code !== 'HUSHU-SHARING-23') await new Promise((resolve) => setTimeout(resolve, 20));
    });

    it('is alive, ready, and counted', async () => {
      expect([(await get('/livez')).statusCode, (await get('/readyz')).statusCode]).toEqual([200, 200]);
      expect((await get('/metrics')).body).toMatch(/hushu_http_request_duration_seconds_count\{method="POST",route="\/v1\/persons\/query",status="200"\} \d+/);
    });
  });

  it('let no value out, of all it sent and logged in these tests, that nobody was granted', () => {
    expect(hub.sent.length).toBeGreaterThan(100);
    for (const text of [...hub.sent, JSON.stringify(hub.logged)]) expect(text.includes('SENTINEL')).toBe(false);
    for (const text of hub.sent.filter((one) => one.includes('problems/'))) expect(text.includes(ANN) || text.includes('安宁')).toBe(false);
    expect(JSON.stringify(hub.logged)).not.toMatch(/安宁|hs_/);
    expect(JSON.stringify(hub.logged)).not.toContain(ANN);
  });

  describe('its documents', () => {
    it('describes every route it has and no other, in OpenAPI 3.1', async () => {
      const document = (await get('/openapi.json')).json() as any;
      expect(document.openapi).toBe('3.1.0');
      const described = Object.entries(document.paths as Record<string, object>).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`));
      for (const one of described) {
        const [method, url] = one.split(' ') as [string, string];
        expect([one, hub.app.getHttpAdapter().getInstance().hasRoute({ method: method as never, url })]).toEqual([one, true]);
      }
      const tree = hub.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false }) as unknown as string;
      const there = [...tree.matchAll(/ \(([A-Z, ]+)\)$/gm)].flatMap(([, methods]) => methods!.split(', ').filter((method) => method !== 'HEAD'));
      expect(described).toHaveLength(there.length);
      expect(document.components.schemas.Record.properties.identity.properties.idNumber).toBeDefined();
      for (const [reference] of JSON.stringify(document).matchAll(/#\/components\/schemas\/\w+/g)) expect(document.components.schemas).toHaveProperty(reference.split('/').at(-1)!);
    });

    it('serves the documentation from itself', async () => {
      const page = await get('/docs');
      expect(page.body).not.toMatch(/https?:\/\/(?!localhost)/);
      for (const [, asset] of page.body.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) expect((await get(asset!)).statusCode).toBe(200);
    });
  });
});
