import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubSigner } from '../../libs/keys/src/sign/hub-signer.js';
import { readStatement, signStatement } from '#keys';
import { FetchLedger, type RunCounts } from '#runs';
import { insuredFile, insuredRow, insuredRows, MEDICAL } from '../support/deliveries.js';
import type { Said, TestHub } from '../support/hub.js';
import { clientAt, TwoHubs } from '../support/two-hubs.js';

const LIBRARY = 'library-card';
const SAMPLE = join(import.meta.dirname, '../feeds/library-card/sample.csv');
type Given = { hub: string; feed: string; sequence: number; run: number; rows: number; outcome: string | null; rule: string | null; counts: RunCounts | null; returnedRows: number | null };
type Owed = { ourFeed: string; sequence: number; kind: string; state: string; run: number };

/** Catalogue entries, deliveries, receipts and returns between two running hubs; each holds the other to what it signed. */
describe('a district below its city', () => {
  let two: TwoHubs, city: TestHub, district: TestHub, folder: string, files = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-cascade-'));
    two = await TwoHubs.start();
    ({ city, district } = two);
  });
  afterAll(async () => {
    await two?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function told<T>(hub: TestHub, ...args: string[]): Promise<T> {
    const said: Said = await hub.cli(...args, '--json');
    if (said.out === '') throw new Error(said.told);
    return JSON.parse(said.out) as T;
  }
  /** What a hub says of something once it is as it should be; a test that waits for what never comes runs out of its time. */
  async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await pause(50);
    }
  }
  const GIVEN = `select hub, feed, sequence, run, rows::int4 as rows, outcome, rule, counts, returned_rows::int4 as "returnedRows" from exchange.offer_status where feed = $1 order by sequence`;
  const givenBy = async (hub: TestHub, feed: string): Promise<Given[]> => (await hub.database.pool('operations').query<Given>(GIVEN, [feed])).rows;
  const offered = (hub: TestHub, feed: string, sequence: number): Promise<Given> => until(async () => (await givenBy(hub, feed)).find((one) => one.sequence === sequence));
  const receipted = (hub: TestHub, feed: string, sequence: number, outcome: string): Promise<Given> =>
    until(async () => (await givenBy(hub, feed)).find((one) => one.sequence === sequence && one.outcome === outcome));
  /** Fetches now. @returns why nothing came of it; null when something did, or there was nothing */
  async function fetched(hub: TestHub, feed: string): Promise<string | null> {
    const fetches = new FetchLedger(hub.database, hub.ledger);
    const asked = await until(async () => (await fetches.ask(feed)) ?? undefined);
    const { reason } = await until(async () => {
      const state = (await fetches.find(feed))!;
      return state.startedAt !== null && state.endedAt !== null && state.startedAt >= asked && state.endedAt >= state.startedAt ? state : undefined;
    });
    return reason?.rule ?? null;
  }
  const arrivals = (hub: TestHub, feed: string) => hub.rows<{ arrival_id: string; run: string; state: string; file_name: string; mode: string; as_of: string }>(
    'select a.arrival_id, a.run, r.state, r.file_name, r.mode, r.as_of from runs.arrival a join runs.run r on r.id = a.run where a.feed = $1 order by a.run', [feed]);
  const events = async (hub: TestHub, feed: string): Promise<string[]> => (await hub.rows<{ said: string }>(
    `select concat_ws(' ', kind, detail ->> 'sequence', detail ->> 'rule', detail ->> 'part') as said from runs.event where feed = $1 order by id`, [feed])).map(({ said }) => said!);
  function insured(...rows: string[][]): string {
    const file = join(folder, `YB_2025060${++files}.csv`);
    writeFileSync(file, insuredFile(rows));
    return file;
  }

  it('gives up what it publishes: the city takes it byte for byte, once, and receipts it', async () => {
    const run = await district.deliver(MEDICAL, insured(...insuredRows(40)));
    expect(run).toMatchObject({ state: 'published', counts: { read: 40 } });
    expect(await offered(district, MEDICAL, 1)).toMatchObject({ hub: 'city', run: run.id, rows: 40, outcome: null });
    expect(await fetched(city, MEDICAL)).toBeNull();
    const [taken, ...more] = await arrivals(city, MEDICAL);
    expect(more).toEqual([]);
    expect(taken).toMatchObject({ arrival_id: expect.stringMatching(/^district\/medical-insurance\/1\/[0-9a-f]{16}$/), file_name: 'YB_20250601.csv', mode: 'full', as_of: expect.stringContaining('2025-06-01 00:00:00') });
    expect(await city.ended(Number(taken!.run))).toMatchObject({ state: 'published', counts: run.counts, promisedRows: 40 });
    expect(await receipted(district, MEDICAL, 1, 'taken')).toMatchObject({ rule: null, counts: run.counts, returnedRows: null });
    // Asked twice, and once more as if it had never been: it stays taken once.
    await fetched(city, MEDICAL);
    await city.admin.query('update runs.fetch set cursor = null where feed = $1', [MEDICAL]);
    await fetched(city, MEDICAL);
    expect(await arrivals(city, MEDICAL)).toEqual([{ ...taken, state: 'published' }]);
    // That it left is in the audit of whoever gave it, and no value of anybody with it.
    const [{ body }] = await district.rows<{ body: string }>(`select body from access.audit where body like '%delivery-given%'`);
    expect(JSON.parse(body!)).toMatchObject({ kind: 'delivery-given', client: two.passes.district.id, detail: { hub: 'city', feed: MEDICAL, sequence: 1, run: run.id, rows: 40 } });
    expect(await events(district, MEDICAL)).toContain('receipt-received 1');
    expect(await events(city, MEDICAL)).toContain('receipt-sent 1');
  });

  it('takes what the city returns, sends its rejects back in the form they came in, and shows where values come from', async () => {
    const run = await city.deliver(LIBRARY, SAMPLE, { asOf: new Date('2025-06-01T00:00:00+08:00') });
    expect(run).toMatchObject({ state: 'published', counts: { read: 27, rejected: 17 } });
    await offered(city, LIBRARY, 1);
    await fetched(district, LIBRARY);
    const [taken] = await arrivals(district, LIBRARY);
    expect(await district.ended(Number(taken!.run))).toMatchObject({ state: 'published', counts: run.counts });
    expect(await receipted(city, LIBRARY, 1, 'taken')).toMatchObject({ counts: run.counts });
    const { returnedRows } = await until(async () => (await givenBy(city, LIBRARY)).find((one) => one.returnedRows !== null));
    expect(returnedRows).toBe(17);

    const out = join(folder, 'returned.csv');
    expect(await told(city, 'hub', 'return', 'district', LIBRARY, '1', '--out', out, '--reason', '核对')).toMatchObject({ rows: 17, file: out });
    const [head, ...rejected] = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(head).toBe(`${readFileSync(SAMPLE, 'utf8').split('\n')[0]!.trimEnd()},拒收规则,拒收说明`);
    expect(rejected).toHaveLength(17);
    expect(rejected[0]).toContain('姓名:required');
    expect(statSync(out).mode & 0o077).toBe(0);

    const [person] = await told<{ provenance: Record<string, { source: object }> }[]>(district, 'person', 'get', '--id-number', '370399198501012033', '--provenance', '--reason', '核对');
    expect(person!.provenance['library']!.source).toEqual({ feed: LIBRARY, origin: 'city-return', run: Number(taken!.run) });
    const owed = await told<Owed[]>(district, 'hub', 'receipts');
    expect(owed.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual(['receipt sent', 'returned sent']);
  });

  it('knows the other\'s catalogue, with hub and origin', async () => {
    await district.admin.query(`update exchange.upstream set due_at = now()`);
    await district.admin.query('notify hushu_run');
    await until(async () => (await district.rows('select from exchange.entry')).at(0));
    const [entry] = await told<Record<string, unknown>[]>(district, 'hub', 'catalogue');
    expect(entry).toMatchObject({ hub: 'city', feed: LIBRARY, product: 'library', code: '370399/000901', origin: 'local', delivered: { mode: 'delta', format: 'csv', encoding: 'utf-8', every: 'week' }, share: { class: 'conditional' } });
    expect(entry!['items']).toHaveLength(23);
    const token = await two.token(district, await clientAt(district, 'operations'));
    const { body: listed } = await district.api<{ items: object[] }>('/v1/hubs/catalogue?hub=city', { token });
    expect(listed.items).toMatchObject([{ hub: 'city', feed: LIBRARY, origin: 'local' }]);
    const { body: hubs } = await district.api<{ self: object; items: object[] }>('/v1/hubs', { token });
    expect(hubs).toMatchObject({ self: { hub: 'district' }, items: [{ hub: 'city', relation: 'upstream', gives: [MEDICAL], offered: 1, taken: 1, refused: 0, owed: 0 }] });
    const { body: feeds } = await district.api<{ items: { feed: string; origin: string }[] }>('/v1/feeds', { token });
    expect(Object.fromEntries(feeds.items.map(({ feed, origin }) => [feed, origin]))).toEqual({ [LIBRARY]: 'city-return', [MEDICAL]: 'local' });
  });

  it('refuses a delivery whose manifest was changed, whose bytes are others, or that is cleared; takes it when it is whole again', async () => {
    await district.deliver(MEDICAL, insured(...insuredRows(40), insuredRow(60)));
    await offered(district, MEDICAL, 2);
    const [{ manifest, stored_path: stored }] = await district.rows<{ manifest: string; stored_path: string }>('select manifest, stored_path from exchange.offer where feed = $1 and sequence = 2', [MEDICAL]);
    const [first] = await district.rows<{ stored_path: string }>('select stored_path from exchange.offer where feed = $1 and sequence = 1', [MEDICAL]);
    const set = (column: 'manifest' | 'stored_path', value: string) => district.admin.query(`update exchange.offer set ${column} = $2 where feed = $1 and sequence = 2`, [MEDICAL, value]);
    const whyNot = (): Promise<string | null> => fetched(city, MEDICAL);

    const says = (readStatement(manifest, 'hushu-manifest', [district.keys.hubSigner().publicKey]) as { says: object }).says;
    const [headOf, , signature] = manifest!.split('.');
    await set('manifest', `${headOf}.${Buffer.from(JSON.stringify({ ...says, rows: 1 })).toString('base64url')}.${signature}`);
    expect(await whyNot()).toBe('manifest-signature');
    expect(await receipted(district, MEDICAL, 2, 'refused')).toMatchObject({ rule: 'manifest-signature' });

    await set('manifest', signStatement(district.keys.hubSigner(), 'hushu-manifest', { ...says, to: 'another-city' }));
    expect(await whyNot()).toBe('manifest-faulty');

    await set('manifest', manifest!);
    await set('stored_path', first!.stored_path!);
    expect(await whyNot()).toBe('manifest-differs');
    await set('stored_path', join(folder, 'cleared'));
    expect(await whyNot()).toBe('delivery-gone');

    await set('stored_path', stored!);
    // As many bytes as its manifest says, but others.
    const other = signStatement(district.keys.hubSigner(), 'hushu-manifest', { ...says, sm3: 'a'.repeat(64) });
    await set('manifest', other);
    expect(await whyNot()).toBe('manifest-differs');
    await set('manifest', manifest!);
    expect(await whyNot()).toBeNull();
    expect(await receipted(district, MEDICAL, 2, 'taken')).toMatchObject({ counts: { read: 41, added: 1 } });
    expect((await arrivals(city, MEDICAL)).map(({ state }) => state)).toEqual(['published', 'published']);
    expect((await events(city, MEDICAL)).filter((said) => said.startsWith('fetch-'))).toEqual(expect.arrayContaining(['fetch-failed manifest-signature', 'fetch-failed manifest-differs']));
  });

  it('refuses a receipt that is not signed, speaks of other rows, or takes back what was taken', async () => {
    const token = await two.token(district, two.passes.district);
    const at = `/v1/exchange/feeds/${MEDICAL}/deliveries/2`;
    const [{ statement }] = await district.rows<{ statement: string }>('select statement from exchange.receipt where feed = $1 and sequence = 2', [MEDICAL]);
    const says = (readStatement(statement, 'hushu-receipt', [city.keys.hubSigner().publicKey]) as { says: { counts: RunCounts } }).says;
    const post = async (receipt: string, path = `${at}/receipt`): Promise<unknown[]> => {
      const { status, body } = await district.api<{ type?: string; code?: string; outcome?: string }>(path, { token, json: { receipt } });
      return [status, body.outcome ?? body.type?.split('/').at(-1)];
    };
    const signed = (change: object): string => signStatement(city.keys.hubSigner(), 'hushu-receipt', { ...says, ...change });
    expect(await post(statement!)).toEqual([200, 'taken']);
    expect(await post(signStatement(new HubSigner(Buffer.alloc(32, 9)), 'hushu-receipt', says))).toEqual([422, 'statement-signature']);
    const [head, body, signature] = statement!.split('.');
    expect(await post(`${head}.${body}.${signature!.startsWith('A') ? 'B' : 'A'}${signature!.slice(1)}`)).toEqual([422, 'statement-signature']);
    expect(await post(signed({ to: 'another-district' }))).toEqual([422, 'statement-faulty']);
    expect(await post(statement!, `/v1/exchange/feeds/${MEDICAL}/deliveries/1/receipt`)).toEqual([422, 'statement-faulty']);
    expect(await post(signed({ counts: { ...says.counts, read: 40 } }))).toEqual([422, 'receipt-differs']);
    expect(await post(signed({ sm3: 'b'.repeat(64) }))).toEqual([422, 'receipt-differs']);
    expect(await post(signed({ outcome: 'refused', rule: 'manifest-differs' }))).toEqual([409, 'receipt-settled']);
    expect((await events(district, MEDICAL)).filter((said) => said.startsWith('receipt-refused'))).toEqual(expect.arrayContaining([
      'receipt-refused 2 statement-signature key', 'receipt-refused 2 statement-signature signature', 'receipt-refused 2 receipt-differs rows', 'receipt-refused 2 receipt-differs sm3', 'receipt-refused 2 receipt-settled',
    ]));
    const put = await fetch(`${district.at.gatewayUrl}${at}/return`, {
      method: 'PUT', body: 'not what was said', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'hushu-statement': signStatement(city.keys.hubSigner(), 'hushu-return', { from: 'city', to: 'district', feed: MEDICAL, sequence: 2, fileName: 'x.csv', bytes: 17, rows: 1, sm3: 'c'.repeat(64), at: new Date().toISOString() }) },
    });
    expect([put.status, await district.rows('select * from exchange.returned')]).toEqual([422, []]);
  });

  it('is to each neighbour what it is given, and to nobody else anything', async () => {
    const token = await two.token(district, two.passes.district);
    const status = async (path: string, as = token): Promise<number> => (await district.api(path, { token: as })).status;
    expect(await status('/v1/exchange/catalogue')).toBe(200);
    for (const path of [`feeds/${LIBRARY}/deliveries`, `feeds/${MEDICAL}/deliveries/99/content`, 'feeds/none/deliveries/1/content']) expect([path, await status(`/v1/exchange/${path}`)]).toEqual([path, 404]);
    for (const path of ['/v1/runs', '/v1/hubs', '/v1/rejects']) expect([path, await status(path)]).toEqual([path, 403]);
    expect(await status('/v1/exchange/catalogue', await two.token(district, await clientAt(district, 'exchange', 'elsewhere')))).toBe(403);
  });
});
