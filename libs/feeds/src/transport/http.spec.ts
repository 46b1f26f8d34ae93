import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HubError } from '#kernel';
import { JsonService, type JsonServiceParts } from '../../../../test/support/json-service.js';
import { credentialOf, deliver, httpContract, openHttp, PATIENT, refusalOf, type Fetched } from './http.fixture.js';
import type { Cursor } from './transport.js';

const ROWS = Array.from({ length: 23 }, (_, i) => ({ 编号: `A${i}`, 姓名: `甲"乙\\${i}`, 更新时间: String(20260101000000 + i) }));
const SECRET = 'the-secret-of-the-spec';

const services: JsonService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
});

async function serviceOf(parts: JsonServiceParts = {}): Promise<JsonService> {
  const service = await JsonService.start({ rows: ROWS, asOf: '2026-01-02T03:04:05+08:00', ...parts });
  services.push(service);
  return service;
}

const fetchFrom = (service: JsonService, options: Record<string, unknown> = {}, cursor: Cursor | null = null): Promise<Fetched> =>
  deliver({ url: service.url(), insecure: true, pageSize: 5, ...options }, cursor);

const refusedBy = (service: JsonService, options: Record<string, unknown> = {}): Promise<HubError & { details: Record<string, unknown> }> =>
  refusalOf(() => fetchFrom(service, options));

const linesOf = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('a fetch over HTTP', () => {
  it('is one delivery: all pages’ rows in order, named by the service’s time', async () => {
    const service = await serviceOf();
    const { arrivals: [arrival], look } = await fetchFrom(service);
    expect(arrival).toMatchObject({ text: linesOf(ROWS), fileName: 'parcel-20260102030405.ndjson', asOf: new Date('2026-01-01T19:04:05Z'), empty: false });
    expect(arrival.id.length).toBeLessThanOrEqual(300);
    expect(look.current).not.toBeNull();
    expect(service.asked.map(({ cursor }) => cursor)).toEqual([null, 'c5', 'c10', 'c15', 'c20']);
  });

  it('gives the same bytes whatever the page size, packed or not', async () => {
    const service = await serviceOf();
    await fc.assert(fc.asyncProperty(fc.array(fc.dictionary(fc.constantFrom('编号', '姓名', '更新时间', '别的'), fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean())), { maxLength: 30 }),
      fc.integer({ min: 1, max: 40 }), fc.boolean(), async (rows, pageSize, gzip) => {
        service.parts = { ...service.parts, rows, gzip: false };
        const whole = await fetchFrom(service, { pageSize: 1000 });
        service.parts = { ...service.parts, gzip };
        const { arrivals: [arrival] } = await fetchFrom(service, { pageSize });
        expect(arrival.text).toBe(whole.arrivals[0].text);
        expect(arrival.text.split('\n').slice(0, -1).map((line) => JSON.parse(line))).toEqual(rows);
        expect(arrival.empty).toBe(rows.length === 0);
      }), { numRuns: 40 });
  });

  it('keeps every digit of a long number written without quotes, and a strange column, for the line to judge', async () => {
    const service = await serviceOf();
    const body = '{"items":[{"编号":370702199001011234,"名称":"a 123456789012345678 \\" b","姓名":1.5}],"next":null,"asOf":20260102}';
    service.meets(() => ({ status: 200, body }));
    expect((await fetchFrom(service)).arrivals[0].text).toBe(`${body.slice(10, body.indexOf(']'))}\n`);
  });

  it('takes rows written over many lines, and strings that look like what they are not', async () => {
    const rows = [{ 编号: 'A1', 姓名: ']}",\n"items":[{' }, {}, { 别的: { 深: [1, { a: '}' }] } }];
    const service = (await serviceOf()).meets(() => ({ status: 200, body: `\ufeff${JSON.stringify({ items2: [{ items: [1] }], 'a"b': '{', items: rows, next: '' }, null, '\r\n\t')}` }));
    const lines = (await fetchFrom(service)).arrivals[0].text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  });

  it('finds its parts where the contract says, and never takes a time that is still to come', async () => {
    const service = await serviceOf();
    service.meets(({ url }) => ({ status: 200, body: JSON.stringify({ data: { rows: [{ 编号: url.searchParams.get('p') ?? 'first' }], more: url.searchParams.get('p') === null ? 7 : null }, time: '2999-01-01 00:00:00' }) }));
    const before = Date.now();
    const { arrivals: [arrival] } = await fetchFrom(service, { itemsPath: 'data.rows', nextPath: 'data.more', asOfPath: 'time', cursorParameter: 'p', pageSizeParameter: 'n' });
    expect(arrival.text).toBe('{"编号":"first"}\n{"编号":"7"}\n');
    expect(arrival.asOf!.getTime()).toBeLessThanOrEqual(Date.now());
    expect(arrival.asOf!.getTime()).toBeGreaterThanOrEqual(before - 1);
    expect(service.asked[0].url.searchParams.get('n')).toBe('5');
  });

  it('brings nothing while the service’s ETag stands, and all when it does not', async () => {
    const service = await serviceOf({ etag: true });
    const first = await fetchFrom(service);
    const again = await fetchFrom(service, {}, first.arrivals[0].cursor);
    expect(again.arrivals).toEqual([]);
    expect(again.look.current).not.toBeNull();
    service.parts = { ...service.parts, rows: ROWS.slice(1) };
    const changed = await fetchFrom(service, {}, first.arrivals[0].cursor);
    expect(changed.arrivals[0].text).toBe(linesOf(ROWS.slice(1)));
    expect(changed.arrivals[0].id).not.toBe(first.arrivals[0].id);
  });

  it('asks for what is new since the newest stamp; nothing new moves the cursor and brings nothing', async () => {
    const service = await serviceOf({ stamp: '更新时间', asOf: undefined, etag: true });
    const options = { sinceParameter: 'since' };
    const first = await fetchFrom(service, options);
    expect(first.arrivals[0].cursor).toEqual({ since: '20260101000022' });
    const idle = await fetchFrom(service, options, first.arrivals[0].cursor);
    expect(idle.arrivals[0]).toMatchObject({ text: '', empty: true, cursor: { since: '20260101000022', etag: expect.any(String) } });
    expect((await fetchFrom(service, options, idle.arrivals[0].cursor)).arrivals).toEqual([]);
    service.parts = { ...service.parts, rows: [...ROWS, { 编号: 'B', 更新时间: '20260101000100' }] };
    const next = await fetchFrom(service, options, idle.arrivals[0].cursor);
    expect(next.arrivals[0]).toMatchObject({ text: '{"编号":"B","更新时间":"20260101000100"}\n', cursor: { since: '20260101000100' } });
  });

  it('shows who asks: bearer, basic, a header of its own', async () => {
    for (const [auth, header, value] of [['bearer', 'authorization', `Bearer ${SECRET}`], ['basic', 'authorization', `Basic ${Buffer.from(SECRET).toString('base64')}`], ['header:X-Api-Key', 'x-api-key', SECRET]]) {
      const service = await serviceOf({ requires: { header, value } });
      const { arrivals } = await fetchFrom(service, { auth, credential: 'supplier', headers: new Map([['X-System', 'hushu']]) });
      expect(arrivals[0].text).toBe(linesOf(ROWS));
      expect(service.asked[0].headers['x-system']).toBe('hushu');
    }
  });

  it('goes on with a new token when the one it has runs out in the middle', async () => {
    const service = await serviceOf({ client: { id: 'hub', secret: SECRET } });
    service.meets(({ nth }) => {
      if (nth === 3) service.revoke();
      return undefined;
    });
    const { arrivals } = await fetchFrom(service, { auth: 'oauth2', credential: 'client', oauth2: { tokenUrl: new URL('/token', service.url()).href } });
    expect(arrivals[0].text).toBe(linesOf(ROWS));
    expect(service.tokensGiven).toBe(2);
  });

  it('waits as long as a busy service asks, and asks no more while nothing is left to ask for', async () => {
    const service = await serviceOf();
    const at: number[] = [];
    service.headers = { 'ratelimit-remaining': '0', 'ratelimit-reset': '1' };
    service.meets(({ nth }) => {
      at.push(performance.now());
      return nth === 2 ? { status: 429, headers: { 'retry-after': '1' } } : undefined;
    });
    expect((await fetchFrom(service, { pageSize: 20 })).arrivals[0].text).toBe(linesOf(ROWS));
    for (const [i, time] of at.slice(1).entries()) expect(time - at[i]).toBeGreaterThan(990);
    expect(at).toHaveLength(3);
  });

  it('mends what passes: connections dropped, cut in the middle, a service that is away for a moment', async () => {
    const service = await serviceOf();
    const mishaps = ['dropped', 'cut', { status: 503 }, undefined, 'cut', { status: 504 }, 'dropped', { status: 502, headers: { 'retry-after': '0' } }] as const;
    service.meets(({ nth }) => mishaps[nth - 1]);
    expect((await fetchFrom(service)).arrivals[0].text).toBe(linesOf(ROWS));
    expect(service.asked).toHaveLength(5 + 7);
  });

  it('is let go of at once when it is called off', async () => {
    const service = await serviceOf();
    service.meets(({ nth }) => (nth === 1 ? undefined : 'silent'));
    const { transport, arrivals } = await openHttp({ url: service.url(), insecure: true, pageSize: 5 });
    const off = new AbortController();
    try {
      const { value } = await arrivals(null, off.signal).next();
      const reading = (async () => { for await (const _ of (value as { chunks(signal: AbortSignal): AsyncIterable<Buffer> }).chunks(off.signal)); })();
      off.abort(new RangeError('called off'));
      await expect(reading).rejects.toThrow('called off');
    } finally {
      await transport.close();
    }
  });
});

describe('a fetch over HTTP that fails says why', () => {
  const page = (body: string | Buffer, headers: Record<string, string> = {}) => ({ status: 200, headers, body });
  const good = (nth: number) => JSON.stringify({ items: [{ 编号: `A${nth}` }], next: `c${nth}` });

  it.each([
    ['wrong password', { status: 401 }, 'transport-denied', { status: 401 }],
    ['no right to it', { status: 403 }, 'transport-denied', { status: 403 }],
    ['nothing there', { status: 404 }, 'transport-source', { status: 404 }],
    ['a query it does not take', { status: 400 }, 'transport-answer', { status: 400 }],
    ['moved elsewhere', { status: 302, headers: { location: 'https://login.example/?token=secret-place' } }, 'transport-answer', { status: 302 }],
    ['a login page', page('<html>张三</html>', { 'content-type': 'text/html' }), 'transport-answer', { status: 200, contentType: 'text/html', page: 1 }],
    ['a login page that calls itself JSON', page('<html>张三</html>'), 'transport-answer', { contentType: 'application/json', page: 1 }],
    ['a null page', page('null'), 'transport-answer', { page: 1, path: 'items' }],
    ['rows that are no list', page('{"items":{"0":{}}}'), 'transport-answer', { path: 'items' }],
    ['a comma too many', page('{"items":[{},]}'), 'transport-answer', { page: 1 }],
    ['no comma between', page('{"items":[{} {}]}'), 'transport-answer', { page: 1 }],
    ['cut short', page('{"items":[{"编号":"A1"},{"编号":"A'), 'transport-answer', { page: 1 }],
    ['rows twice', page('{"items":[],"items":[{}]}'), 'transport-answer', { path: 'items' }],
    ['not UTF-8', page(Buffer.from([...Buffer.from('{"items":[{"编号":"'), 0xd5, 0xc5, ...Buffer.from('"}]}')])), 'transport-answer', { page: 1 }],
    ['a row that is none', page('{"items":[{},null]}'), 'transport-answer', { row: 2 }],
    ['a cursor that is none', page('{"items":[],"next":{"a":1}}'), 'transport-answer', { path: 'next' }],
    ['a time that is none', page('{"items":[],"asOf":"yesterday"}'), 'transport-answer', { page: 1 }],
    ['a page too large', page(good(1) + ' '.repeat(3000)), 'transport-answer', { pageBytes: 2000 }],
    ['packed in a way nobody asked for', page('x', { 'content-encoding': 'br' }), 'transport-answer', { encoding: 'br' }],
    ['failing', { status: 500 }, 'transport-unreachable', { status: 500 }],
    ['never there', { status: 503 }, 'transport-unreachable', { status: 503 }],
    ['cut each time', 'cut', 'transport-broken', {}],
    ['a limit longer than anybody waits', { status: 429, headers: { 'retry-after': '3600' } }, 'transport-limited', { retryAfterSeconds: 3600 }],
    ['a limit that stays', { status: 429 }, 'transport-limited', { retryAfterSeconds: null }],
    ['clocks apart', page(good(1), { date: 'Thu, 01 Jan 2026 00:00:00 GMT' }), 'transport-answer', { serviceClock: '2026-01-01T00:00:00.000Z', ourClock: expect.any(String) }],
  ] as const)('%s', async (_, mishap, rule, details) => {
    const service = (await serviceOf()).meets(() => mishap);
    const error = await refusedBy(service, { auth: 'bearer', credential: 'supplier', pageBytes: 2000 });
    expect(error.details).toMatchObject({ rule, ...details });
    expect(error.hint?.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(JSON.stringify(error) + error.message + error.stack).not.toMatch(/张三|secret/);
  });

  it('a packed page that unpacks to more than may be', async () => {
    const service = await serviceOf({ gzip: true, rows: Array.from({ length: 5 }, () => ({ 编号: 'A'.repeat(5000) })) });
    expect((await refusedBy(service, { pageBytes: 2000 })).details).toMatchObject({ rule: 'transport-answer', pageBytes: 2000 });
  });

  it('pages that lead round in a circle', async () => {
    const service = (await serviceOf()).meets(({ nth }) => page(good(nth % 3)));
    expect((await refusedBy(service)).details).toMatchObject({ rule: 'transport-answer', page: 4 });
  });

  it('gone in the middle of the pages', async () => {
    const service = (await serviceOf()).meets(({ cursor }) => (cursor === 'c10' ? 'dropped' : undefined));
    const error = await refusedBy(service);
    expect(error).toMatchObject({ retry: true, details: { rule: 'transport-broken' } });
    expect(service.asked).toHaveLength(2 + PATIENT.tries);
  });

  it('nobody listens, no such name, nobody answers', async () => {
    const service = await serviceOf();
    const url = service.url();
    await service.stop();
    services.length = 0;
    expect((await refusalOf(() => deliver({ url, insecure: true }))).details).toMatchObject({ rule: 'transport-unreachable', code: 'ECONNREFUSED' });
    expect((await refusalOf(() => deliver({ url: 'http://nowhere.invalid/', insecure: true }))).details).toMatchObject({ rule: 'transport-unreachable', host: 'nowhere.invalid' });
    const silent = (await serviceOf()).meets(() => 'silent');
    expect((await refusalOf(() => deliver({ url: silent.url(), insecure: true, timeoutSeconds: 1 }, null, { ...PATIENT, tries: 1 }))).details).toMatchObject({ rule: 'transport-unreachable', code: 'UND_ERR_HEADERS_TIMEOUT' });
  });

  it('a token service that refuses the secret, or says something else', async () => {
    const service = await serviceOf({ client: { id: 'hub', secret: 'another' } });
    const options = (path: string) => ({ auth: 'oauth2', credential: 'client', oauth2: { tokenUrl: new URL(path, service.url()).href } });
    expect((await refusedBy(service, options('/token'))).details).toMatchObject({ rule: 'transport-denied', status: 401 });
    service.meets(() => page('"none"'));
    expect((await refusedBy(service, options('/elsewhere'))).details).toMatchObject({ rule: 'transport-answer' });
    expect((await refusalOf(() => fetchFrom(service, { auth: 'bearer', credential: 'nobody' }))).details).toMatchObject({ rule: 'credential-missing' });
    expect(await credentialOf('client')).toContain(SECRET);
  });
});

describe('what a contract says of HTTP', () => {
  const url = 'url: https://service.example/rows';
  it.each([
    ['', url], ['', 'url: http://service.example/rows, insecure: true'], ['', `${url}, credential: a, auth: oauth2, oauth2: { tokenUrl: https://login.example/token, scope: rows }`],
    ['', `${url}, sinceParameter: since, headers: { X-System: hushu }, pageSize: 500, pageBytes: 8 MiB, requestsPerSecond: 5`],
    ['http-insecure', 'url: http://service.example/rows'], ['name-shape', 'url: https://a:b@service.example/rows'], ['key-missing', 'insecure: true'],
    ['key-missing', `${url}, credential: a`], ['key-missing', `${url}, auth: oauth2, credential: a`], ['http-insecure', `${url}, credential: a, auth: oauth2, oauth2: { tokenUrl: http://login.example/ }`],
    ['header-secret', `${url}, headers: { Authorization: Basic eA== }`], ['key-unknown', `${url}, password: x`], ['name-shape', `${url}, credential: a, auth: digest`],
  ])('%s: %s', (rule, options) => {
    expect(httpContract(options).faults.map((fault) => fault.rule)).toEqual(rule === '' ? [] : [rule]);
  });

  it('carries NDJSON only', () => {
    expect(httpContract(url, 'csv').faults.map((fault) => fault.rule)).toEqual(['transport-format']);
  });
});
