import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FeedCatalogue, ROW_RULES } from '#feeds';
import { HubError, systemClock } from '#kernel';
import { Ledger, Redrives, type Redrive, type RedriveFilter } from '#runs';
import { countMatching, countRejects, reportRejects, sealRepairs, searchRejects, valueToken, type Repair, type RejectFilter, type RejectState } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT, type ExitCode } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore, type Store } from '../frame/store.js';
import { tellRun } from '../deliver/deliver.js';
import { waitForRun } from '../deliver/hand-in.js';

interface Filter { feed?: string; run?: number; rule?: string; field?: string; township?: string; value?: string; state?: RejectState }
interface Driven extends Filter { row?: number; dryRun?: boolean; wait?: boolean; by: string }

export const list: Work<Filter & { limit: string }> = ({ output, options }) => withStore(async (store) => {
  const rows = await searchRejects(store.database, searched(store, options), { limit: Number(options.limit) });
  output.data(rows, () => output.table(
    [{ zh: '批次', en: 'Run' }, { zh: '行', en: 'Row' }, { zh: '数据源', en: 'Feed' }, { zh: '规则', en: 'Rule' }, { zh: '列', en: 'Column' }, { zh: '乡镇', en: 'Township' }, { zh: '状态', en: 'State' }, { zh: '说明', en: 'Meaning' }],
    rows.map((row) => [row.run, row.row_no, row.feed, row.rule, row.field ?? '', row.township ?? '', row.by_run === null ? row.state : `${row.state} ${row.by_run}`,
      ROW_RULES[row.rule] ? output.word(ROW_RULES[row.rule]!) : ''])));
});

export const facets: Work<Filter> = ({ output, options }) => withStore(async (store) => {
  const counted = await countRejects(store.database, searched(store, options));
  output.data(counted, () => output.table([{ zh: '分面', en: 'Facet' }, { zh: '值', en: 'Value' }, { zh: '拒收', en: 'Rejects' }],
    Object.entries(counted).flatMap(([facet, values]) => values.map(({ value, rejects }) => [facet, value ?? '', rejects]))));
});

export const redrive: Work<Driven> = ({ output, options, args }) => withStore((store) => drive(store, output, args[0]!, options, []));

export const repair: Work<Driven & { set: [string, string][]; from?: string }> = ({ output, options, args }) => withStore((store) =>
  drive(store, output, args[0]!, options, options.set.map(([column, to]) => ({ column, to, ...(options.from === undefined ? {} : { from: options.from }) }))));

/** Writes open rejects for their supplier; nobody else may read the file. */
export const report: Work<{ run?: number; out: string }> = ({ output, options, args }) => withStore(async (store) => {
  const contract = (await FeedCatalogue.load(store.settings.HUSHU_CONFIG)).get(args[0]!);
  await pipeline(Readable.from(reportRejects(store.database, store.keys, contract, options.run), { objectMode: false }), createWriteStream(options.out, { mode: 0o600 }));
  output.data({ feed: contract.feed, file: options.out }, options.out);
  if (contract.format.kind === 'xlsx') output.say({ zh: '此数据源交付 XLSX;回流文件为 UTF-8 的 CSV', en: 'This feed delivers XLSX; its report is CSV in UTF-8' });
});

export const show: Work = ({ output, args }) => withStore(async (store) => tell(await getOrder(redrivesOf(store), args[0]!), output));

export const cancel: Work<{ by: string }> = ({ output, options, args }) => withStore(async (store) => {
  const redrives = redrivesOf(store);
  const { id } = await getOrder(redrives, args[0]!);
  const cancelled = await redrives.cancel(id, options.by);
  tell((await redrives.find(id))!, output);
  return cancelled ? EXIT.ok : EXIT.failed;
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
  const redrives = redrivesOf(store);
  const order = await redrives.order({ feed, filter, by: options.by, repairs: sealed });
  if (!options.wait) return tell(order, output);
  const done = await waitForRedrive(redrives, order.id);
  if (done.run === null) return tell(done, output);
  if (!output.json) tell(done, output);
  return tellRun(await waitForRun(ledgerOf(store), done.run), output);
}

/** The order as it stands when it has become a run, or has ended without one. */
async function waitForRedrive(redrives: Redrives, id: number): Promise<Redrive> {
  for (let pause = 20; ; pause = Math.min(250, pause * 1.5)) {
    const order = (await redrives.find(id))!;
    if (order.run !== null || (order.state !== 'waiting' && order.state !== 'running')) return order;
    await new Promise((done) => setTimeout(done, pause));
  }
}

function tell(order: Redrive, output: Output): ExitCode {
  const { id, state, matched, doneRows, leftOut, run } = order;
  output.data(order, () => `${id} ${state}${matched === null ? '' : ` ${doneRows}/${matched}`}${leftOut ? ` (-${leftOut})` : ''}${run === null ? '' : ` → ${run}`}`);
  if (order.reason !== null) output.say(order.reason.text);
  return state === 'failed' ? EXIT.failed : state === 'held' ? EXIT.partial : EXIT.ok;
}

function searched(store: Store, { value, ...filter }: Filter): RejectFilter {
  const { feed, run, rule, field, township, state } = filter;
  const named: RejectFilter = { feed, run, rule, field, township, state };
  if (value === undefined) return named;
  if (feed === undefined) throw new HubError({ code: 'HUSHU-CLI-31', zh: '按值查找要指明数据源', en: 'Looking for a value needs its feed', hintZh: '加 --feed', hintEn: 'Add --feed' });
  return { ...named, value: valueToken(store.keys, feed, value) };
}

async function getOrder(redrives: Redrives, id: string): Promise<Redrive> {
  const order = /^\d{1,9}$/.test(id) ? await redrives.find(Number(id)) : null;
  if (order !== null) return order;
  throw new HubError({ code: 'HUSHU-CLI-06', zh: `没有编号为 ${id} 的重驱`, en: `There is no re-drive ${id}` });
}

function ledgerOf(store: Store): Ledger {
  return new Ledger(store.database, systemClock);
}

function redrivesOf(store: Store): Redrives {
  return new Redrives(store.database, ledgerOf(store), systemClock);
}
