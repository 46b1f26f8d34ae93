import { createWriteStream } from 'node:fs';
import { userInfo } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditWriter } from '#access';
import { FeedCatalogue, ROW_RULES } from '#feeds';
import { HubError, systemClock } from '#kernel';
import { Ledger, noteEvent, readRedrives, Redrives, type RedriveFilter, type RedriveProgress } from '#runs';
import { countMatching, countRejects, readOutcome, readSettled, REJECT_STATES, reportRejects, sealRepairs, searchRejects, valueToken, type Repair, type RedriveOutcome, type RejectFilter, type RejectState } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT, type ExitCode } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore, type Store } from '../frame/store.js';
import { tellRun } from '../deliver/deliver.js';
import { waitForRun } from '../deliver/hand-in.js';

interface Filter { feed?: string; run?: number; rule?: string; field?: string; township?: string; value?: string; state?: RejectState }
interface Driven extends Filter { row?: number; dryRun?: boolean; wait?: boolean; by: string }

export const list: Work<Filter & { limit: number }> = ({ output, options }) => withStore(async (store) => {
  const rows = await searchRejects(store.database, searched(store, options), { limit: options.limit });
  output.data(rows, () => output.table(
    [{ zh: '批次', en: 'Run' }, { zh: '行', en: 'Row' }, { zh: '数据源', en: 'Feed' }, { zh: '规则', en: 'Rule' }, { zh: '列', en: 'Column' }, { zh: '乡镇', en: 'Township' }, { zh: '状态', en: 'State' }, { zh: '说明', en: 'Meaning' }],
    rows.map((row) => [row.run, row.row_no, row.feed, row.rule, row.field ?? '', row.township ?? '', row.by_run === null ? row.state : `${row.state} ${row.by_run}`,
      ROW_RULES[row.rule] ? output.word(ROW_RULES[row.rule]!) : ''])));
});

export const facets: Work<Filter> = ({ output, options }) => withStore(async (store) => {
  const counted = await countRejects(store.database, searched(store, options));
  output.data(counted, () => output.table([{ zh: '分面', en: 'Facet' }, { zh: '值', en: 'Value' }, { zh: '拒收', en: 'Rejects' }],
    Object.entries(counted).flatMap(([facet, values]) => values.map(({ value, rejects }) => [facet, value ?? '–', rejects]))));
});

export const redrive: Work<Driven> = ({ output, options, args }) => withStore((store) => drive(store, output, args[0]!, options, []));

export const repair: Work<Driven & { set: [string, string][]; from?: string }> = ({ output, options, args }) => withStore((store) =>
  drive(store, output, args[0]!, options, options.set.map(([column, to]) => ({ column, to, ...(options.from === undefined ? {} : { from: options.from }) }))));

/** Writes open rejects for their supplier, with the look in the audit before; nobody else may read the file. */
export const report: Work<{ run?: number; out: string }> = ({ output, options, args }) => withStore(async (store) => {
  const contract = (await FeedCatalogue.load(store.settings.HUSHU_CONFIG)).get(args[0]!);
  const rejects = await countMatching(store.database, contract.feed, { run: options.run });
  const by = userInfo().username;
  const audit = new AuditWriter(store.database, store.keys, systemClock);
  await audit.append({ kind: 'rejects-reported', operator: { login: by }, detail: { feed: contract.feed, run: options.run ?? null, rejects } }).finally(() => audit.end());
  await store.database.transaction('runs', (runs) => noteEvent(runs, { feed: contract.feed, run: options.run, kind: 'rejects-reported', by, detail: { rejects } }));
  await pipeline(Readable.from(reportRejects(store.database, store.keys, contract, options.run), { objectMode: false }), createWriteStream(options.out, { mode: 0o600 }));
  output.data({ feed: contract.feed, file: options.out, rejects }, () => `${options.out} ${rejects}`);
  if (contract.format.kind === 'xlsx') output.say({ zh: '此数据源交付 XLSX;回流文件为 UTF-8 的 CSV', en: 'This feed delivers XLSX; its report is CSV in UTF-8' });
});

export const orders: Work<{ feed?: string; limit: number }> = ({ output, options }) => withStore(async (store) => {
  const rows = await readRedrives(store.database.pool('operations'), { feed: options.feed }, { limit: options.limit });
  output.data(rows, () => output.table(
    [{ zh: '重驱', en: 'Order' }, { zh: '数据源', en: 'Feed' }, { zh: '状态', en: 'State' }, { zh: '行', en: 'Rows' }, { zh: '未驱动', en: 'Left out' }, { zh: '批次', en: 'Run' }, { zh: '下达者', en: 'By' }, { zh: '条件', en: 'Filter' }],
    rows.map((order) => [order.id, order.feed, order.state, `${order.rowsDone}/${order.rowsExpected ?? '?'}`, order.leftOut ?? '', order.run ?? '', order.by, wordsOf(order.filter)])));
});

export const show: Work = ({ output, args }) => withStore(async (store) => {
  const order = await getOrder(store, args[0]!);
  const outcome = await readOutcome(store.database.pool('operations'), order.id);
  return tell({ ...order, outcome }, output);
});

export const cancel: Work<{ by: string }> = ({ output, options, args }) => withStore(async (store) => {
  const { id } = await getOrder(store, args[0]!);
  const cancelled = await redrivesOf(store).cancel(id, options.by);
  const order = await getOrder(store, args[0]!);
  tell(order, output);
  if (cancelled || order.state === 'cancelled') return EXIT.ok;
  output.say({ zh: '已发布或已结束,不能再取消', en: 'It is published or has ended, and cannot be cancelled any more' });
  return EXIT.failed;
});

/** What a delivery made of rejects of earlier ones. */
export const settled: Work = ({ output, args }) => withStore(async (store) => {
  const run = /^[1-9]\d{0,8}$/.test(args[0]!) ? await ledgerOf(store).find(Number(args[0])) : null;
  if (run === null) throw new HubError({ code: 'HUSHU-CLI-06', zh: `没有编号为 ${args[0]} 的批次`, en: `There is no run ${args[0]}`, hintZh: '用 hushu run list 查看', hintEn: 'See hushu run list' });
  const rows = await readSettled(store.database.pool('operations'), run.id);
  output.data(rows, () => output.table(
    [{ zh: '结果', en: 'Became' }, { zh: '原批次', en: 'Of run' }, { zh: '规则', en: 'Rule' }, { zh: '列', en: 'Column' }, { zh: '拒收', en: 'Rejects' }, { zh: '说明', en: 'Meaning' }],
    rows.map(({ how, ofRun, rule, field, rejects, text }) => [how, ofRun, rule, field ?? '', rejects, text ? output.word(text) : ''])));
});

async function drive(store: Store, output: Output, feed: string, options: Driven, repairs: Repair[]): Promise<ExitCode> {
  const contract = (await FeedCatalogue.load(store.settings.HUSHU_CONFIG)).get(feed);
  const { run, row, rule, field, township, value } = options;
  const filter: RedriveFilter = { run, row, rule, field, township, ...(value === undefined ? {} : { valueToken: valueToken(store.keys, feed, value) }) };
  const sealed = sealRepairs(store.keys, contract, repairs);
  if (options.dryRun) {
    const matched = await countMatching(store.database, feed, filter);
    output.data({ feed, matched, dryRun: true }, () => String(matched));
    return EXIT.ok;
  }
  const { id } = await redrivesOf(store).order({ feed, filter, by: options.by, repairs: sealed });
  if (!options.wait) return tell(await getOrder(store, String(id)), output);
  const done = await waitForRedrive(store, id);
  if (done.run === null) return tell(done, output);
  if (!output.json) tell(done, output);
  return tellRun(await waitForRun(ledgerOf(store), done.run), output);
}

/** The order as it stands when it has become a run, or has ended without one. */
async function waitForRedrive(store: Store, id: number): Promise<RedriveProgress> {
  for (let pause = 20; ; pause = Math.min(250, pause * 1.5)) {
    const order = await getOrder(store, String(id));
    if (order.run !== null || (order.state !== 'waiting' && order.state !== 'running')) return order;
    await new Promise((done) => setTimeout(done, pause));
  }
}

function tell(order: RedriveProgress & { outcome?: RedriveOutcome | null }, output: Output): ExitCode {
  const { id, state, step, matched, leftOut, run, rowsDone, rowsExpected, rowsPerSecond, etaSeconds, outcome } = order;
  output.data(order, () => [
    `${id} ${state}`, step !== null && step !== 'wait' && step, rowsExpected !== null && `${rowsDone}/${rowsExpected}`, run !== null && `→ ${run}`,
    rowsPerSecond !== null && output.word({ zh: `每秒 ${Math.round(rowsPerSecond)} 行`, en: `${Math.round(rowsPerSecond)} rows/s` }),
    etaSeconds !== null && output.word({ zh: `还需 ${Math.ceil(etaSeconds)} 秒`, en: `${Math.ceil(etaSeconds)} s to go` }),
    matched !== null && leftOut !== null && leftOut > 0 && output.word({ zh: `符合 ${matched},其中 ${leftOut} 行无法再驱动`, en: `${matched} matched, ${leftOut} of them cannot be driven as they are` }),
    outcome && output.word({ zh: `改好 ${outcome.mended},又被拒 ${outcome.rejectedAgain},已被取代 ${outcome.superseded},未解决 ${outcome.open}`, en: `${outcome.mended} mended, ${outcome.rejectedAgain} rejected again, ${outcome.superseded} superseded, ${outcome.open} open` }),
  ].filter(Boolean).join(' · '));
  if (order.reason !== null) output.say(order.reason.text);
  return state === 'failed' ? EXIT.failed : state === 'held' ? EXIT.partial : EXIT.ok;
}

function wordsOf({ valueToken: value, ...filter }: RedriveFilter): string {
  return Object.entries({ ...filter, ...(value !== undefined && { value }) }).map(([name, one]) => `${name}=${one}`).join(' ');
}

function searched(store: Store, { value, ...filter }: Filter): RejectFilter {
  const { feed, run, rule, field, township, state } = filter;
  if (state !== undefined && !REJECT_STATES.includes(state)) throw noState(state);
  const named: RejectFilter = { feed, run, rule, field, township, state };
  if (value === undefined) return named;
  if (feed === undefined) throw new HubError({ code: 'HUSHU-CLI-31', zh: '按值查找要指明数据源', en: 'Looking for a value needs its feed', hintZh: '加 --feed', hintEn: 'Add --feed' });
  return { ...named, value: valueToken(store.keys, feed, value) };
}

async function getOrder(store: Store, id: string): Promise<RedriveProgress> {
  const [order] = /^[1-9]\d{0,8}$/.test(id) ? await readRedrives(store.database.pool('operations'), { id: Number(id) }, { limit: 1 }) : [];
  if (order !== undefined) return order;
  throw new HubError({ code: 'HUSHU-CLI-06', zh: `没有编号为 ${id} 的重驱`, en: `There is no re-drive ${id}`, hintZh: '用 hushu reject orders 查看', hintEn: 'See hushu reject orders' });
}

function ledgerOf(store: Store): Ledger {
  return new Ledger(store.database, systemClock);
}

function redrivesOf(store: Store): Redrives {
  return new Redrives(store.database, ledgerOf(store), systemClock);
}

function noState(state: string): HubError {
  return new HubError({ code: 'HUSHU-CLI-32', zh: `没有状态 ${state}`, en: `There is no state ${state}`, hintZh: `可用:${REJECT_STATES.join('、')}`, hintEn: `There are: ${REJECT_STATES.join(', ')}` });
}
