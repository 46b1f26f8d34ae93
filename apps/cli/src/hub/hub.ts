import { createWriteStream } from 'node:fs';
import { userInfo } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { AuditWriter } from '#access';
import { findReturned, readNeighbours } from '#exchange';
import { HubError, systemClock, type Text } from '#kernel';
import type { Work } from '../frame/command.js';
import { withStore, type Store } from '../frame/store.js';

interface Filter { hub?: string; limit: string }

/** Neighbours as entered, with totals of what went between us. */
export const list: Work = ({ output }) => withStore(async (store) => {
  const { self, list: neighbours } = await readNeighbours(store.settings.HUSHU_CONFIG);
  const rows = await read(store, `select hub, coalesce(o.offered, 0)::int4 as offered, coalesce(o.taken, 0)::int4 as taken, coalesce(o.refused, 0)::int4 as refused, coalesce(w.owed, 0)::int4 as owed,
      u.fetched_at as "catalogueAt", u.reason as "catalogueReason"
    from (select hub, count(*) as offered, count(*) filter (where outcome = 'taken') as taken, count(*) filter (where outcome = 'refused') as refused from exchange.offer_status group by hub) o
    full join (select hub, count(*) as owed from exchange.outgoing_status where state = 'waiting' group by hub) w using (hub) full join exchange.upstream_status u using (hub)`);
  const hubs = neighbours.map(({ hub, title, relation, gives }) => ({
    hub, title, relation, gives: gives.map(({ feed }) => feed),
    ...(rows.find((row) => row['hub'] === hub) ?? { offered: 0, taken: 0, refused: 0, owed: 0, catalogueAt: null, catalogueReason: null }),
  })) as { hub: string; title: Text; relation: string; gives: string[]; offered: number; taken: number; refused: number; owed: number; catalogueAt: Date | null }[];
  output.data({ self, hubs }, () => output.table(
    [{ zh: '枢纽', en: 'Hub' }, { zh: '名称', en: 'Title' }, { zh: '关系', en: 'Relation' }, { zh: '提供', en: 'Gives' }, { zh: '批次', en: 'Offered' }, { zh: '已接收', en: 'Taken' }, { zh: '被拒', en: 'Refused' }, { zh: '待发', en: 'Owed' }, { zh: '目录', en: 'Catalogue' }],
    hubs.map((one) => [one.hub, output.word(one.title), one.relation, one.gives.join(' '), one.offered, one.taken, one.refused, one.owed, output.time(one.catalogueAt).slice(0, 16)])));
  if (hubs.length === 0) output.say({ zh: '没有登记相邻枢纽 (config/hubs)', en: 'No neighbour is entered (config/hubs)' });
});

export const key: Work = ({ output }) => withStore(async ({ keys }) => {
  const { publicKey, keyId } = keys.hubSigner();
  output.data({ key: publicKey, kid: keyId, jwk: { kty: 'OKP', crv: 'Ed25519', x: publicKey, kid: keyId, alg: 'EdDSA' } }, publicKey);
});

export const catalogue: Work<Filter> = ({ output, options }) => withStore(async (store) => {
  const rows = await read(store, 'select entry, fetched_at from exchange.entry_status where ($1::text is null or hub = $1) order by hub, feed', [options.hub ?? null]);
  const entries = rows.map((row) => ({ ...row['entry'] as { hub: string; feed: string; code: string; title: Text; origin: string; delivered: { every: string } }, fetchedAt: row['fetched_at'] }));
  output.data(entries, () => output.table(
    [{ zh: '枢纽', en: 'Hub' }, { zh: '数据源', en: 'Feed' }, { zh: '资源代码', en: 'Code' }, { zh: '名称', en: 'Title' }, { zh: '来源', en: 'Origin' }, { zh: '更新', en: 'Updated' }],
    entries.map((one) => [one.hub, one.feed, one.code, output.word(one.title), one.origin, one.delivered.every])));
});

export const deliveries: Work<Filter> = ({ output, options }) => withStore(async (store) => {
  const rows = await read(store, `select hub, feed, sequence, run, rows::float8 as rows, bytes::float8 as bytes, as_of as "asOf", given, outcome, rule, counts, received_at as "receiptAt", returned_rows::float8 as "returnedRows"
    from exchange.offer_status where ($1::text is null or hub = $1) order by offered_at desc, hub, feed, sequence desc limit $2`, [options.hub ?? null, Number(options.limit)]);
  output.data(rows, () => output.table(
    [{ zh: '枢纽', en: 'Hub' }, { zh: '数据源', en: 'Feed' }, { zh: '序号', en: 'No.' }, { zh: '批次', en: 'Run' }, { zh: '行', en: 'Rows' }, { zh: '时点', en: 'As of' }, { zh: '回执', en: 'Receipt' }, { zh: '原因', en: 'Why' }, { zh: '回流行', en: 'Returned' }],
    rows.map((row) => [row['hub'], row['feed'], row['sequence'], row['run'], row['rows'], output.time(row['asOf'] as Date).slice(0, 16), row['outcome'] ?? '', row['rule'] ?? '', row['returnedRows'] ?? ''] as (string | number)[])));
});

export const receipts: Work<Filter> = ({ output, options }) => withStore(async (store) => {
  const rows = await read(store, `select hub, feed, sequence, kind, our_feed as "ourFeed", run, state, attempts, due_at as "dueAt", sent_at as "sentAt", reason
    from exchange.outgoing_status where ($1::text is null or hub = $1) order by id desc limit $2`, [options.hub ?? null, Number(options.limit)]);
  output.data(rows, () => output.table(
    [{ zh: '枢纽', en: 'Hub' }, { zh: '数据源', en: 'Feed' }, { zh: '序号', en: 'No.' }, { zh: '内容', en: 'What' }, { zh: '批次', en: 'Run' }, { zh: '状态', en: 'State' }, { zh: '次数', en: 'Attempts' }, { zh: '原因', en: 'Why' }],
    rows.map((row) => [row['hub'], row['ourFeed'], row['sequence'], row['kind'], row['run'], row['state'], row['attempts'], row['reason'] === null ? '' : output.word((row['reason'] as { text: Text }).text)] as (string | number)[])));
  const cures = new Map(rows.flatMap((row) => { const hint = (row['reason'] as { hint?: Text } | null)?.hint; return hint ? [[hint.en, hint] as const] : []; }));
  for (const cure of cures.values()) output.say(cure);
});

/** Writes a report a neighbour sent back; nobody else may read the file. That it was read is in the audit first. */
export const returned: Work<{ out: string; reason: string }> = ({ output, options, args }) => withStore(async (store) => {
  const [hub, feed, sequence] = args as [string, string, string];
  const found = /^\d{1,9}$/.test(sequence) ? await findReturned(store.database, hub, feed, Number(sequence)) : null;
  if (found === null) {
    throw new HubError({ code: 'HUSHU-CLI-40', zh: `${hub} 没有送回 ${feed} 第 ${sequence} 批的拒收报告`, en: `${hub} sent no report for delivery ${sequence} of ${feed}`, hintZh: '用 hushu hub deliveries 查看', hintEn: 'See hushu hub deliveries' });
  }
  const audit = new AuditWriter(store.database, store.keys, systemClock);
  try {
    await audit.append({ kind: 'return-read', operator: { login: userInfo().username }, purpose: { reason: options.reason }, detail: { hub, feed, sequence: Number(sequence), rows: found.rows } });
  } finally {
    await audit.end();
  }
  await pipeline(store.keys.sealer().openFile(found.storedPath), createWriteStream(options.out, { mode: 0o600 }));
  output.data({ hub, feed, sequence: Number(sequence), rows: found.rows, file: options.out }, options.out);
});

async function read(store: Store, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await store.database.pool('operations').query<Record<string, unknown>>(sql, values)).rows;
}
