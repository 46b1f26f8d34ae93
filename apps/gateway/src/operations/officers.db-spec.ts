import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#kernel';
import { FeedCatalogue, type ContractDefinition } from '#feeds';
import { FetchLedger, Ledger, NO_COUNTS, putContractsInForce, type Run, type Sighting } from '#runs';
import { noteContracts } from '../../../cli/src/migrate/note-contracts.js';
import { testGateway, type TestGateway } from '../../../../test/support/gateway.js';

/** Officers of the hub act on every feed, those of a department (here civil affairs, which supplies marriage) on its own. */
describe('what data officers see and decide', () => {
  let hub: TestGateway, ledger: Ledger;
  const token: Record<'zhang' | 'li' | 'wang' | 'reader', string> = { zhang: '', li: '', wang: '', reader: '' };

  beforeAll(async () => {
    hub = await testGateway();
    await hub.loadGrants([{ grant: 'data', department: 'data-office' }, { grant: 'g' }]);
    const made = async (department: string, officer?: string): Promise<string> => (await hub.clientOf(department, { scopes: ['operations'], ...(officer !== undefined && { officer }) })).token;
    token.zhang = await made('data-office', '张科长');
    token.li = await made('data-office', '李处');
    token.wang = await made('civil-affairs', '王科');
    token.reader = await made('data-office');
    ledger = new Ledger(hub.store.database, systemClock);
  });
  afterAll(() => hub.close());

  const get = (url: string, who: keyof typeof token) => hub.inject({ method: 'GET', url, headers: { authorization: `Bearer ${token[who]}` } });
  const post = (url: string, who: keyof typeof token, body: object = { reason: '已与供数部门核实' }, key?: string) => hub.inject({
    method: 'POST', url, payload: body, headers: { authorization: `Bearer ${token[who]}`, 'accept-language': 'en', ...(key !== undefined && { 'idempotency-key': key }) },
  });
  async function ended(feed: string, state: 'held' | 'failed', rule = 'delivery-shrinks'): Promise<Run> {
    const run = await ledger.accept({ feed, fileName: 'x.csv', filePath: '/x.csv', fileBytes: 10, fileStat: '', contractVersion: 'v1', mode: 'full', batchNo: null, asOf: new Date('2026-01-01') });
    const { lease } = (await ledger.claim(run.id, 'accepted', 'worker'))!;
    await ledger.advance(lease, { state, counts: { ...NO_COUNTS, read: 5, held: 5 }, reason: { rule, text: { zh: '少', en: 'fewer' } } });
    return run;
  }
  /** Ends what a test let go on, so that the next of its feed can be taken up. */
  const finish = async ({ id }: Run): Promise<void> => ledger.advance((await ledger.claim(id, 'accepted', 'worker'))!.lease, { state: 'refused', reason: { rule: 'file-columns', text: { zh: '列', en: 'columns' } } });

  it('are each to their own: another department\'s feeds are not there', async () => {
    const [theirs, other] = [await ended('marriage', 'held'), await ended('pension', 'held')];
    for (const { id, feed } of [theirs, other]) {
      await hub.admin.query(`insert into staging.reject (run, row_no, ordinal, feed, rule, field) values ($1, 1, 0, $2, 'date-shape', '日期')`, [id, feed]);
      await hub.admin.query(`insert into staging.measure (feed, run, dimension, field, good, total, value, level) values ($2, $1, 'validity', '', 1, 1, 1, 'ok')`, [id, feed]);
    }
    const feedsAt = async (url: string, who: keyof typeof token): Promise<string[]> => [...new Set(((await get(url, who)).json() as { items: { feed: string }[] }).items.map(({ feed }) => feed))].sort();
    for (const url of ['/v1/runs', '/v1/rejects', '/v1/quality']) {
      expect([url, await feedsAt(url, 'wang'), await feedsAt(url, 'zhang')]).toEqual([url, ['marriage'], ['marriage', 'pension']]);
    }
    // What feeds there are the gateway learns by the second.
    while ((await feedsAt('/v1/feeds', 'zhang')).length === 0) await pause(100);
    expect(await feedsAt('/v1/feeds', 'wang')).toEqual(['cremation', 'marriage', 'social-assistance']);
    expect((await feedsAt('/v1/feeds', 'zhang')).length).toBeGreaterThan(10);
    const fetches = new FetchLedger(hub.store.database, ledger);
    const due = new Date('2026-01-01T00:00:00Z');
    await fetches.schedule([{ feed: 'marriage', firstDue: due, nextDue: due }]);
    const reason = { rule: 'transport-denied', text: { zh: '不接受口令', en: 'The password is refused' }, hint: { zh: '核对', en: 'Check it' } };
    await fetches.end((await fetches.claim('marriage', 'worker'))!.lease, { outcome: 'failed', reason }, due);
    const seen = ((await get('/v1/feeds', 'wang')).json() as { items: { feed: string; held?: number; fetch?: object | null }[] }).items;
    expect(seen.find(({ feed }) => feed === 'marriage')).toMatchObject({ held: 1, fetch: { due: expect.stringMatching(/^2026-01-01T/), outcome: 'failed', failures: 1, waiting: 0, ...reason } });
    expect(seen.find(({ feed }) => feed === 'cremation')?.fetch ?? null).toBeNull();
    const facets = (await get('/v1/rejects/facets', 'wang')).json() as { facets: { feed: unknown[]; run: unknown[] } };
    expect([facets.facets.feed, facets.facets.run]).toEqual([[{ value: 'marriage', rejects: 1 }], [{ value: String(theirs.id), rejects: 1 }]]);
    expect(await feedsAt('/v1/runs?feed=pension', 'wang')).toEqual([]);
    for (const { id, feed } of [theirs, other]) {
      const seen = feed === 'marriage' ? 200 : 404;
      for (const url of [`/v1/runs/${id}`, `/v1/runs/${id}/errors`, `/v1/feeds/${feed}/timeline`]) {
        expect([url, (await get(url, 'wang')).statusCode, (await get(url, 'zhang')).statusCode]).toEqual([url, seen, 200]);
      }
    }
    for (const verb of ['release', 'discard', 'retry']) expect((await post(`/v1/runs/${other.id}/${verb}`, 'wang')).json()).toMatchObject({ status: 404, code: 'HUSHU-GATEWAY-20' });
    expect(await ledger.find(other.id)).toMatchObject({ state: 'held' });
    expect((await post(`/v1/runs/${theirs.id}/discard`, 'wang')).json()).toMatchObject({ state: 'discarded' });
    expect((await post(`/v1/runs/${other.id}/discard`, 'zhang')).json()).toMatchObject({ state: 'discarded' });
  });

  it('release what is held when two of them say so, whichever departments they are of', async () => {
    const run = await ended('marriage', 'held');
    const url = `/v1/runs/${run.id}/release`;
    const first = await post(url, 'wang', { reason: '已核实' });
    expect([first.statusCode, first.json()]).toEqual([200, { run: run.id, state: 'held', releasedBy: ['王科'], needs: 1 }]);
    expect((await post(url, 'wang')).json()).toMatchObject({ status: 403, type: expect.stringMatching(/second-person-required$/), code: 'HUSHU-RUNS-11', detail: expect.stringContaining('somebody else') });
    const reader = await post(url, 'reader');
    expect(reader.json()).toMatchObject({ status: 403, type: expect.stringMatching(/officer-missing$/), code: 'HUSHU-GATEWAY-33' });
    expect(await ledger.find(run.id)).toMatchObject({ state: 'held' });
    expect((await post(url, 'zhang')).json()).toEqual({ run: run.id, state: 'accepted', releasedBy: ['王科', '张科长'], needs: 0 });
    expect((await get(`/v1/runs/${run.id}`, 'wang')).json()).toMatchObject({
      state: 'accepted', decisions: [
        { verb: 'release', by: '王科', reason: '已核实', lapsed: false, at: expect.any(String) }, { verb: 'release', by: '张科长', reason: '已与供数部门核实', lapsed: false },
      ],
    });
    const timeline = (await get('/v1/feeds/marriage/timeline', 'wang')).json() as { items: { kind: string; by: string | null }[] };
    expect(timeline.items.filter(({ by }) => by !== null).slice(0, 2).map(({ kind, by }) => `${kind} ${by}`)).toEqual(['hold-released 张科长', 'release-proposed 王科']);
    expect((await post(url, 'li')).json()).toMatchObject({ status: 409, type: expect.stringMatching(/run-state$/) });
    await finish(run);
  });

  it('are told what cannot be, and a reason is words without anybody\'s number', async () => {
    const late = await ended('pension', 'held', 'delivery-late');
    expect((await post(`/v1/runs/${late.id}/release`, 'zhang')).json()).toMatchObject({ status: 409, type: expect.stringMatching(/run-too-late$/) });
    const number = '11010519491231002X';
    for (const [body, rule] of [[{}, 'missing'], [{ reason: '' }, 'min-length'], [{ reason: `户主 ${number}` }, 'personal-number']] as const) {
      const reply = await post(`/v1/runs/${late.id}/discard`, 'zhang', body);
      expect(reply.json()).toMatchObject({ status: 400, type: expect.stringMatching(/invalid-request$/), errors: [{ pointer: '/reason', rule }] });
      expect(reply.body).not.toContain(number);
    }
    expect((await post(`/v1/runs/${late.id}/discard`, 'zhang', { reason: 'x', by: '李处' })).json()).toMatchObject({ status: 400, errors: [{ pointer: '/by', rule: 'unknown-key' }] });
    for (const id of ['0', 'x', '999999']) expect((await post(`/v1/runs/${id}/discard`, 'zhang')).statusCode).toBe(404);
    expect((await post(`/v1/runs/${late.id}/discard`, 'zhang')).json()).toMatchObject({ state: 'discarded', releasedBy: [], needs: 0 });
    const failed = await ended('pension', 'failed');
    expect((await post(`/v1/runs/${failed.id}/retry`, 'li')).json()).toEqual({ run: failed.id, state: 'accepted', releasedBy: [], needs: 0 });
    await finish(failed);
  });

  it('get the same answer to the same call under a key, and none to another', async () => {
    const run = await ended('pension', 'held');
    const url = `/v1/runs/${run.id}/release`;
    const [first, again] = [await post(url, 'zhang', undefined, 'k1'), await post(url, 'zhang', undefined, 'k1')];
    expect([again.statusCode, again.body, again.headers['idempotency-replayed']]).toEqual([first.statusCode, first.body, 'true']);
    expect((first.json() as { needs: number }).needs).toBe(1);
    expect((await post(url, 'zhang', { reason: '别的理由' }, 'k1')).json()).toMatchObject({ status: 409, code: 'HUSHU-GATEWAY-30' });
    expect((await post(`/v1/runs/${run.id}/discard`, 'zhang', undefined, 'k1')).json()).toMatchObject({ status: 409, code: 'HUSHU-GATEWAY-30' });
    // A key is a client's own; what was refused leaves it free.
    expect((await post(url, 'zhang', undefined, 'k2')).statusCode).toBe(403);
    expect((await post(`/v1/runs/${run.id}/discard`, 'li', undefined, 'k1')).json()).toMatchObject({ state: 'discarded' });
    expect((await hub.admin.query('select verb, by from runs.decision where run = $1 order by id', [run.id])).rows).toEqual([{ verb: 'release', by: '张科长' }, { verb: 'discard', by: '李处' }]);
  });

  it('order a past run to be read again, see how far that is, and only of their own feeds', async () => {
    const run = await ended('marriage', 'held');
    const url = `/v1/runs/${run.id}/replay`;
    expect((await post(url, 'reader', {})).json()).toMatchObject({ status: 403, code: 'HUSHU-GATEWAY-33' });
    const [first, again] = [await post(url, 'wang', {}, 'r1'), await post(url, 'wang', {}, 'r1')];
    expect([first.statusCode, again.body, first.json()]).toEqual([202, first.body, expect.objectContaining({ run: run.id, feed: 'marriage', by: '王科', state: 'waiting', verdict: null, done: 0, total: null })]);
    const place = first.headers['location'] as string;
    expect((await get(place, 'wang')).json()).toEqual(first.json());
    const other = await ended('pension', 'held');
    expect((await post(`/v1/runs/${other.id}/replay`, 'wang', {})).statusCode).toBe(404);
    expect((await get(((await post(`/v1/runs/${other.id}/replay`, 'zhang', {})).headers['location'] as string), 'wang')).statusCode).toBe(404);
    expect((await post(`/v1/runs/${(await ended('pension', 'failed')).id}/replay`, 'zhang', {})).json()).toMatchObject({ status: 409, type: expect.stringMatching(/run-state$/), code: 'HUSHU-RUNS-30' });
    expect((await get(`/v1/runs/${run.id}`, 'wang')).json()).toMatchObject({ copy: { kept: false, removedAt: null, stateNow: null } });
    expect((await get('/v1/replays/999', 'zhang')).statusCode).toBe(404);
  });

  it('find what a supplier changed in the inbox of its feed, with whom it reaches, and settle it', async () => {
    const { definitions } = await FeedCatalogue.load(join(import.meta.dirname, '../../../../config'));
    await putContractsInForce<ContractDefinition>(hub.store.database, definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition })), '李工', () => ({}));
    const shown = async (feed: string, sightings: Sighting[], state: 'refused' | 'held' = 'refused'): Promise<Run> => {
      const run = await ledger.accept({ feed, fileName: 'x.csv', filePath: '/x.csv', fileBytes: 10, fileStat: '', contractVersion: 'v1', mode: 'full', batchNo: null, asOf: new Date('2026-02-01') });
      const { lease } = (await ledger.claim(run.id, 'accepted', 'worker'))!;
      await ledger.advance(lease, { state, reason: { rule: state === 'held' ? 'feed-stopped' : 'file-columns', text: { zh: '列', en: 'columns' } }, drift: { sightings, judged: [] } });
      return run;
    };
    const sighting = (kind: Sighting['kind'], field: string, subject = ''): Sighting => ({ kind, field, subject, rows: 3, detail: {} });
    const refused = await shown('marriage', [sighting('column-renamed', '登记日期', '登记时间'), sighting('code-new', '业务类型', 'Z9'), sighting('column-missing', '男方姓名')]);
    await shown('pension', [sighting('column-new', '备注')]);

    const inbox = async (url: string, who: keyof typeof token) => (await get(url, who)).json() as { items: { id: number; feed: string; kind: string; effect: { attributes: string[]; departments: string[] } }[]; next: string | null };
    expect((await inbox('/v1/drift?state=open', 'zhang')).items.map(({ feed }) => feed)).toEqual(['pension', 'marriage', 'marriage', 'marriage']);
    const { items } = await inbox('/v1/drift?limit=2', 'wang');
    expect(items).toHaveLength(2);
    expect(await inbox('/v1/feeds/marriage/drift?kind=column-renamed', 'wang')).toMatchObject({ items: [{
      feed: 'marriage', field: '登记日期', subject: '登记时间', state: 'open', seen: 1, firstRun: refused.id, text: { en: 'Column perhaps renamed' }, effect: { attributes: expect.arrayContaining(['marriage.since']) },
    }], next: null });
    const all = (await inbox('/v1/drift', 'wang')).items;
    expect(new Set(all.map(({ feed }) => feed))).toEqual(new Set(['marriage']));
    const idOf = (kind: string) => all.find((one) => one.kind === kind)!.id;
    const [theirs] = (await inbox('/v1/feeds/pension/drift', 'zhang')).items;
    for (const url of ['/v1/feeds/pension/drift', `/v1/drift/${theirs!.id}`, '/v1/drift/999999', '/v1/drift/x']) expect([url, (await get(url, 'wang')).statusCode]).toEqual([url, 404]);
    expect((await get('/v1/drift?state=gone', 'wang')).statusCode).toBe(400);
    for (const verb of ['accept', 'map', 'stop', 'resume']) expect((await post(`/v1/drift/${theirs!.id}/${verb}`, 'wang')).statusCode).toBe(404);
    expect((await post(`/v1/drift/${idOf('column-renamed')}/accept`, 'reader')).json()).toMatchObject({ status: 403, code: 'HUSHU-GATEWAY-33' });

    expect((await post(`/v1/drift/${idOf('column-missing')}/accept`, 'wang')).json()).toMatchObject({ status: 409, type: expect.stringMatching(/column-required$/) });
    expect((await post(`/v1/drift/${idOf('column-missing')}/map`, 'wang', { reason: 'x', to: '女方姓名' })).json()).toMatchObject({ status: 409, type: expect.stringMatching(/drift-unmappable$/) });
    const nowhere = await post(`/v1/drift/${idOf('code-new')}/map`, 'wang', { reason: 'x', to: '某某某' });
    expect(nowhere.json()).toMatchObject({ status: 400, type: expect.stringMatching(/no-such-target$/), errors: [{ pointer: '/to', rule: 'unknown' }] });
    expect(nowhere.body).not.toContain('某某某');
    expect((await post(`/v1/drift/${idOf('code-new')}/accept`, 'wang', { reason: 'x', to: '1' })).json()).toMatchObject({ status: 400, errors: [{ pointer: '/to', rule: 'unknown-key' }] });
    const url = `/v1/drift/${idOf('column-renamed')}/map`;
    const [mapped, again] = [await post(url, 'wang', undefined, 'd1'), await post(url, 'wang', undefined, 'd1')];
    expect([again.statusCode, again.body, again.headers['idempotency-replayed']]).toEqual([200, mapped.body, 'true']);
    const { drift, contractVersion, retry } = mapped.json() as { drift: object; contractVersion: string; retry: number[] };
    expect(drift).toMatchObject({ state: 'mapped', mappedTo: '登记日期', decidedBy: '王科', amendments: [{ kind: 'alias', column: '登记日期', delivered: '登记时间' }] });
    expect(retry).toEqual([refused.id]);
    expect((await post(url, 'wang')).json()).toMatchObject({ status: 409, type: expect.stringMatching(/drift-state$/) });
    expect((await hub.admin.query('select version from runs.contract where feed = $1', ['marriage'])).rows).toEqual([{ version: contractVersion }]);
    // The folder's own version comes back with the amendment on it, until the folder has taken it up.
    const applied = await noteContracts(hub.store.database, await FeedCatalogue.load(join(import.meta.dirname, '../../../../config')), '李工');
    expect(applied).toEqual([]);

    const colour = async (feed: string) => ((await get('/v1/feeds', 'zhang')).json() as { items: { feed: string; colour: string; because: { part: string; level: string }[] }[] }).items.find((one) => one.feed === feed)!;
    expect((await colour('marriage')).because).toEqual(expect.arrayContaining([{ part: 'drift', level: 'warn', what: 'code-new 业务类型' }]));
    expect((await post(`/v1/drift/${idOf('code-new')}/stop`, 'wang')).json()).toMatchObject({ drift: { state: 'stopped' } });
    expect(await colour('marriage')).toMatchObject({ colour: 'red', because: expect.arrayContaining([{ part: 'drift', level: 'fail', what: 'stopped code-new 业务类型' }]) });
    const held = await shown('marriage', [], 'held');
    expect((await post(`/v1/drift/${idOf('code-new')}/resume`, 'zhang')).json()).toMatchObject({ drift: { state: 'open' }, resumed: [held.id] });
    expect(await ledger.find(held.id)).toMatchObject({ state: 'accepted' });
    const timeline = (await get('/v1/feeds/marriage/timeline', 'wang')).json() as { items: { kind: string; by: string | null }[] };
    expect(timeline.items.map(({ kind, by }) => `${kind} ${by}`)).toEqual(expect.arrayContaining(['drift null', 'drift-mapped 王科', 'feed-stopped 王科', 'feed-resumed 张科长']));
    await finish(held);
  });
});
