import { resolve } from 'node:path';
import { FeedCatalogue, readContracts, ROW_RULES } from '#feeds';
import { HubError } from '#kernel';
import { readTimeline } from '#runs';
import { readSettings } from '#services';
import { tryDelivery } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore } from '../frame/store.js';
import { fetchOf } from './fetch.js';
import { applyContracts, planContracts } from '../migrate/contract-tables.js';
import { noteContracts } from '../migrate/note-contracts.js';
import { noteSettings } from '../migrate/note-settings.js';

interface Options { config?: string; dryRun?: boolean; destructive?: boolean; by: string; limit: string }

const over = (config: string | undefined) => (config === undefined ? {} : { HUSHU_CONFIG: config });

/** Feeds of the district, with what the store says of each where a hub runs. */
export const list: Work<Options> = async ({ output, options }) => {
  const settings = await readSettings(over(options.config));
  const { contracts } = await FeedCatalogue.load(settings.HUSHU_CONFIG);
  const status = await withStore(async (store) => {
    const { rows } = await store.database.pool('operations').query(
      `select feed, r.newest_as_of, r.held, r.active, r.runs, f.due_at, f.started_at, f.ended_at, f.outcome, f.reason_rule, f.reason, f.failures, f.waiting, f.active as fetching
       from runs.feed_status r full join runs.fetch_status f using (feed)`);
    return new Map(rows.map((row) => [row.feed as string, row]));
  }).catch((error: unknown) => {
    if (error instanceof HubError && error.code === 'HUSHU-CLI-01') return new Map<string, Record<string, unknown>>();
    throw error;
  });
  const feeds = contracts.map((contract) => {
    const known = status.get(contract.feed);
    return {
      feed: contract.feed, title: contract.title, supplier: contract.supplier, origin: contract.origin, format: contract.format.kind, mode: contract.mode,
      newestAsOf: (known?.['newest_as_of'] as Date | undefined)?.toISOString() ?? null, runs: Number(known?.['runs'] ?? 0), held: Number(known?.['held'] ?? 0),
      fetch: fetchOf(known),
    };
  });
  output.data(feeds, () => output.table(
    [{ zh: '数据源', en: 'Feed' }, { zh: '名称', en: 'Title' }, { zh: '来源', en: 'Origin' }, { zh: '格式', en: 'Format' }, { zh: '方式', en: 'Mode' }, { zh: '最新时点', en: 'Newest' }, { zh: '批次', en: 'Runs' }, { zh: '挂起', en: 'Held' }, { zh: '取数', en: 'Fetch' }],
    feeds.map((feed) => [feed.feed, output.word(feed.title), feed.origin, feed.format, feed.mode, feed.newestAsOf?.slice(0, 10) ?? '', feed.runs, feed.held, [feed.fetch?.outcome, feed.fetch?.['rule']].filter(Boolean).join(' ')])));
};

/** Every fault of the contracts; fails when there is one. */
export const check: Work<Options> = async ({ output, options, args }) => {
  const folder = args[0] === undefined ? (await readSettings(over(options.config))).HUSHU_CONFIG : resolve(args[0]);
  const { contracts, faults } = await readContracts(folder);
  output.data({ feeds: contracts.map((contract) => contract.feed), faults },
    () => faults.map((fault) => `${fault.file}:${fault.line} ${fault.rule} ${output.word(fault.text)}`).join('\n'));
  if (faults.length === 0) {
    output.say({ zh: `${contracts.length} 个数据源,没有错误`, en: `${contracts.length} feeds, no fault` });
    return EXIT.ok;
  }
  output.say({ zh: `${faults.length} 处错误`, en: `${faults.length} faults` });
  return EXIT.failed;
};

/** Reads a delivery as a run would; changes nothing. */
export const attempt: Work<Options> = ({ output, options, args }) => withStore(async (store) => {
  const catalogue = await FeedCatalogue.load(store.settings.HUSHU_CONFIG);
  const trial = await tryDelivery({ database: store.database, catalogue, keys: store.keys, feed: args[0], file: resolve(args[1]), asOf: new Date() });
  const rejects = trial.rejects.map((one) => ({ ...one, text: ROW_RULES[one.rule] }));
  output.data({ ...trial, rejects }, () => [
    Object.entries(trial.counts).map(([name, rows]) => `${name} ${rows}`).join('  '),
    ...rejects.map((one) => `${one.rule} ${one.column ?? ''} ${one.rows} (${rowsOf(output, one.first)}) ${one.text ? output.word(one.text) : ''}`),
    ...Object.entries(trial.warnings).map(([name, rows]) => `${name} ${rows}`),
    ...(trial.contestedKeys > 0 ? [`key-contested ${trial.contestedKeys}`] : []),
  ].join('\n'));
  return trial.counts.rejected > 0 || trial.contestedKeys > 0 ? EXIT.partial : EXIT.ok;
}, over(options.config));

function rowsOf(output: Output, rows: number[]): string {
  return output.word({ zh: `第 ${rows.join('、')} 行`, en: `rows ${rows.join(', ')}` });
}

/** Shows what the contracts would change of the tables, then does it. */
export const apply: Work<Options> = ({ output, options, args }) => withStore(async (store) => {
  const folder = args[0] === undefined ? store.settings.HUSHU_CONFIG : resolve(args[0]);
  const catalogue = await FeedCatalogue.load(folder);
  const { contracts } = catalogue;
  const plan = await planContracts(store.database, contracts);
  output.data(plan.summary, () => plan.summary.map((one) => `${one.destructive ? '! ' : ''}${one.relation}: ${one.change}`).join('\n'));
  if (plan.summary.length === 0) output.say({ zh: '没有改动', en: 'Nothing to change' });
  if (options.dryRun) return EXIT.ok;
  await applyContracts(store.database, contracts, options.destructive === true);
  const changed = await noteContracts(store.database, catalogue, options.by);
  const settings = await noteSettings(store.database, folder, options.by);
  if (changed.length > 0) output.say({ zh: `契约有新版本: ${changed.join('、')}`, en: `Contracts of another version: ${changed.join(', ')}` });
  if (settings.length > 0) output.say({ zh: `设置有变更: ${settings.join('、')}`, en: `Settings that changed: ${settings.join(', ')}` });
  return EXIT.ok;
}, over(options.config));

/** Everything that happened to a feed, newest first. */
export const timeline: Work<Options> = ({ output, options, args }) => withStore(async ({ database }) => {
  const { entries } = await readTimeline(database.pool('operations'), args[0], null, Number(options.limit));
  output.data(entries, () => output.table(
    [{ zh: '时间', en: 'At' }, { zh: '事项', en: 'What' }, { zh: '批次', en: 'Run' }, { zh: '谁', en: 'By' }, { zh: '说明', en: 'Detail' }],
    entries.map(({ at, text, run, by, detail }) => [output.time(at), output.word(text), run ?? '', by ?? '', briefly(detail)])));
});

/** The plain parts of an event's circumstances; the whole is in --json. */
function briefly(detail: Record<string, unknown>): string {
  return Object.entries(detail).filter(([, value]) => typeof value === 'string' || typeof value === 'number' && value !== 0)
    .map(([name, value]) => `${name} ${String(value).slice(0, 40)}`).join('  ');
}
