import { HubError, systemClock } from '#kernel';
import { fieldLineage, type LineageContract } from '#registry';
import { contractsInForce, Drifts, driftWords, Ledger, type Drift, type DriftKind, type DriftState, type DriftVerb } from '#runs';
import { effectOf, listGrants, listProducts, type Effect } from '#sharing';
import { decideDrift } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore, type Store } from '../frame/store.js';
import { osUser } from '../run/run.js';

interface Filter { feed?: string; kind?: DriftKind; state?: DriftState; all?: boolean; limit: number }

const HEADINGS = [
  { zh: '编号', en: 'Id' }, { zh: '数据源', en: 'Feed' }, { zh: '变化', en: 'What' }, { zh: '列', en: 'Column' }, { zh: '新名或代码', en: 'Name or code' }, { zh: '状态', en: 'State' },
  { zh: '批次', en: 'Run' }, { zh: '次数', en: 'Seen' }, { zh: '行', en: 'Rows' }, { zh: '影响部门', en: 'Reaches' },
];

/** What waits for people; partial when there is something. */
export const list: Work<Filter> = ({ output, options }) => withStore(async (store) => {
  const { feed, kind, state, all, limit } = options;
  const found = await driftsOf(store).list({ feed, kind, state }, { limit });
  const shown = await withEffect(store, all === true || state !== undefined ? found : found.filter(waits));
  output.data(shown, () => output.table(HEADINGS, shown.map((drift) => [
    drift.id, drift.feed, output.word(drift.text), drift.field, drift.subject === '' && drift.kind === 'code-new' ? '…' : drift.subject, drift.state, drift.lastRun ?? '', drift.seen, drift.rows ?? '', drift.effect.departments.join(', ')])));
  return shown.some(waits) ? EXIT.partial : EXIT.ok;
});

export const show: Work = ({ output, args }) => withStore(async (store) => {
  const [drift] = await withEffect(store, [await getDrift(driftsOf(store), args[0]!)]);
  output.data(drift, () => plain(drift!, output));
});

export const accept = decision('accept');
export const map = decision('map');
export const stop = decision('stop');
export const resume = decision('resume');

function decision(verb: DriftVerb): Work<{ by?: string; reason?: string; to?: string }> {
  return ({ output, options, args }) => withStore(async (store) => {
    const drifts = driftsOf(store);
    const { id } = await getDrift(drifts, args[0]!);
    const reason = options.reason ?? '于命令行决定 / decided at the command line';
    const done = (await decideDrift(drifts, id, { verb, by: options.by ?? osUser(), reason, to: options.to }))!;
    const [drift] = await withEffect(store, [done.drift]);
    output.data({ ...done, drift }, () => `${id} ${done.drift.state}${done.drift.mappedTo === null ? '' : ` → ${done.drift.mappedTo}`}`);
    if (done.drift.amendments !== null) output.say({ zh: `契约现为版本 ${done.contractVersion?.slice(0, 12)}`, en: `The contract is now of version ${done.contractVersion?.slice(0, 12)}` });
    if (done.resumed.length > 0) output.say({ zh: `继续处理批次 ${done.resumed.join('、')}`, en: `Runs that go on: ${done.resumed.join(', ')}` });
    if (done.fetching) output.say({ zh: '即将重新取数', en: 'The source is asked again at once' });
    for (const run of done.retry) output.say({ zh: `可重做: hushu run retry ${run}`, en: `To take it up again: hushu run retry ${run}` });
  });
}

function waits({ state }: Drift): boolean {
  return state === 'open' || state === 'stopped';
}

function plain(drift: Drift & { text: { zh: string; en: string }; effect: Effect }, output: Output): string {
  const { id, feed, field, subject, state, detail, rows, seen, firstRun, lastRun, lastSeen, contractVersion, decidedBy, reason, mappedTo, effect } = drift;
  const line = (zh: string, en: string, said: string | number | null): string[] => (said === null || said === '' ? [] : [`  ${output.word({ zh, en })}: ${said}`]);
  return [
    `${id} ${feed} ${output.word(drift.text)} ${field}${subject === '' ? '' : ` → ${subject}`} (${state})`,
    ...line('详情', 'Detail', Object.entries(detail).map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join('  ')),
    ...line('行', 'Rows', rows),
    ...line('批次', 'Runs', firstRun === null && lastRun === null ? null : `${firstRun ?? lastRun} … ${lastRun}`), ...line('出现', 'Seen', `${seen}, ${output.time(lastSeen)}`),
    ...line('契约版本', 'Contract version', contractVersion.slice(0, 12)),
    ...line('影响的属性', 'Attributes', effect.attributes.join(', ')), ...line('目录资源', 'Products', effect.products.join(', ')), ...line('部门', 'Departments', effect.departments.join(', ')),
    ...line('对应到', 'Mapped to', mappedTo), ...line('决定', 'Decided', decidedBy === null ? null : `${decidedBy}: ${reason}`),
  ].join('\n');
}

/** With whom each reaches downstream. */
async function withEffect<D extends Drift>({ database }: Store, drifts: readonly D[]) {
  if (drifts.length === 0) return [];
  const [contracts, products, grants] = await Promise.all([contractsInForce<LineageContract>(database.pool('operations')), listProducts(database), listGrants(database)]);
  const strands = fieldLineage(contracts.map(({ definition }) => definition));
  return drifts.map((drift) => ({ ...drift, text: driftWords(drift.kind), effect: effectOf(strands, products, grants, drift) }));
}

function driftsOf({ database }: Store): Drifts {
  return new Drifts(database, new Ledger(database, systemClock));
}

async function getDrift(drifts: Drifts, id: string): Promise<Drift> {
  const drift = /^\d{1,9}$/.test(id) ? await drifts.find(Number(id)) : null;
  if (drift !== null) return drift;
  throw new HubError({ code: 'HUSHU-CLI-06', zh: `没有编号为 ${id} 的漂移`, en: `There is no drift ${id}`, hintZh: '用 hushu drift list --all 查看', hintEn: 'See hushu drift list --all' });
}
