import { userInfo } from 'node:os';
import { ROW_RULES } from '#feeds';
import { HubError, systemClock, type Text } from '#kernel';
import { Copies, Ledger, readOfficerSettings, type Run, type RunProgress, type RunState, type Verb } from '#runs';
import { CopyKeeper, groupRejects, listRejects, readRetentionSettings, type KeptCopy } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore, type Store } from '../frame/store.js';
import { tellRun } from '../deliver/deliver.js';
import { RunBar, stepWord } from './progress-bar.js';
import { watchRun } from './watch-run.js';

const HEADINGS = [
  { zh: '编号', en: 'Run' }, { zh: '数据源', en: 'Feed' }, { zh: '状态', en: 'State' }, { zh: '时点', en: 'As of' }, { zh: '读入', en: 'Read' },
  { zh: '新增', en: 'Added' }, { zh: '变更', en: 'Changed' }, { zh: '移除', en: 'Removed' }, { zh: '拒收', en: 'Rejected' }, { zh: '原因', en: 'Reason' },
];

export const list: Work<{ feed?: string; state?: string; limit: string }> = ({ output, options }) => withStore(async (store) => {
  const runs = await ledgerOf(store).list({ feed: options.feed, state: options.state as RunState | undefined, limit: Number(options.limit) });
  output.data(runs.map(shown), () => output.table(HEADINGS, runs.map((run) => [
    run.id, run.feed, run.state, output.time(run.asOf).slice(0, 16), run.counts.read, run.counts.added, run.counts.changed, run.counts.removed,
    run.counts.rejected, run.reason?.rule ?? ''])));
});

export const show: Work<{ rejects: string; raw?: boolean }> = ({ output, options, args }) => withStore(async (store) => {
  const ledger = ledgerOf(store);
  const run = await getRun(ledger, args[0]);
  const keeper = new CopyKeeper(new Copies(store.database), readRetentionSettings(store.settings.HUSHU_CONFIG), systemClock);
  const [steps, rejects, errors, copy] = await Promise.all([
    ledger.steps(run.id), listRejects(store.database, options.raw ? store.keys : null, { run: run.id, limit: Number(options.rejects) }),
    groupRejects(store.database.pool('operations'), run.id), keeper.look(run),
  ]);
  const told = rejects.map((reject) => ({ ...reject, text: ROW_RULES[reject.rule] }));
  output.data({ ...shown(run), copy, stagedState: run.stagedState, steps, errors, rejects: told }, () => [
    `${run.id} ${run.feed} ${run.state} ${run.fileName} ${output.word({ zh: '契约', en: 'contract' })} ${run.contractVersion.slice(0, 12)}`,
    ...(run.reason ? [`${run.reason.rule} ${output.word(run.reason.text)}`] : []),
    Object.entries(run.counts).map(([name, rows]) => `${name} ${rows}`).join('  '),
    ...Object.entries(run.warnings).map(([name, rows]) => `${name} ${rows}`),
    output.word(copyWords(copy)),
    ...(run.stagedState === null ? [] : [`${output.word({ zh: '状态摘要', en: 'State hash' })} ${run.stagedState.now} ${run.stagedState.past}`]),
    output.table([{ zh: '步骤', en: 'Step' }, { zh: '关系', en: 'Relation' }, { zh: '行', en: 'Rows' }, { zh: '毫秒', en: 'ms' }],
      steps.map((step) => [step.step, step.relation, step.rows, step.ms])),
    ...(errors.length === 0 ? [] : [output.table([{ zh: '规则', en: 'Rule' }, { zh: '列', en: 'Column' }, { zh: '拒收', en: 'Rejects' }, { zh: '例:行号', en: 'Rows, such as' }, { zh: '说明', en: 'Meaning' }],
      errors.map((group) => [group.rule, group.field ?? '', group.rejects, group.examples.join(', '), group.text ? output.word(group.text) : '']))]),
    output.table([{ zh: '行号', en: 'Row' }, { zh: '规则', en: 'Rule' }, { zh: '列', en: 'Column' }, { zh: '说明', en: 'Meaning' }, { zh: '原文', en: 'Raw' }],
      told.map((reject) => [reject.rowNo, reject.rule, reject.field ?? '', reject.text ? output.word(reject.text) : '', reject.raw ?? ''])),
  ].join('\n'));
});

function copyWords({ kept, until, needed, removedAt, removedBy }: KeptCopy): Text {
  const day = (at: Date) => at.toISOString().slice(0, 10);
  if (removedAt !== null) return { zh: `副本已于 ${day(removedAt)} 按留存期限（${removedBy}）清除`, en: `The stored copy was removed on ${day(removedAt)} by policy (${removedBy})` };
  if (!kept) return { zh: '没有留存副本', en: 'There is no stored copy' };
  if (until === null) return { zh: '副本一直留存', en: 'The stored copy is kept for good' };
  return needed ? { zh: `副本留存至 ${day(until)}，其后当前数据仍需要时继续留存`, en: `The stored copy is kept until ${day(until)}, and beyond while the rows of today rest on it` }
    : { zh: `副本留存至 ${day(until)}`, en: `The stored copy is kept until ${day(until)}` };
}

/** A run as it goes: a bar on a terminal, a line a change elsewhere, with --json an event a line. Ends when nobody works on it any more. */
export const watch: Work = ({ output, args }) => withStore(async (store) => {
  const ledger = ledgerOf(store);
  const { id } = await getRun(ledger, args[0]);
  const bar = new RunBar(output);
  const plain = !output.json && !process.stderr.isTTY;
  try {
    for await (const sight of watchRun(store.database, id)) {
      if (output.json) process.stdout.write(`${JSON.stringify(sight.event === 'state' ? { event: 'state', ...sight.state } : { event: 'progress', ...sight.progress })}\n`);
      else if (sight.event === 'progress') {
        const { progress } = sight;
        bar.show(progress);
        if (plain) output.say(lineOf(progress, stepWord(progress, output)));
      }
    }
  } finally {
    bar.stop();
  }
  return tellRun(await getRun(ledger, args[0]), output, { document: !output.json });
});

function lineOf({ run, rowsDone, rowsExpected, rowsPerSecond, etaSeconds }: RunProgress, step: string): Text {
  const line = `${run} ${step} ${rowsDone}/${rowsExpected ?? '?'}${rowsPerSecond === null ? '' : ` ${Math.round(rowsPerSecond)}/s`}${etaSeconds === null ? '' : ` ${Math.ceil(etaSeconds)} s`}`;
  return { zh: line, en: line };
}

export const retry = decision('retry');
export const release = decision('release');
export const discard = decision('discard');

function decision(verb: Verb): Work<{ by?: string; reason?: string }> {
  return ({ output, options, args }) => withStore(async (store) => {
    const ledger = ledgerOf(store);
    const { id } = await getRun(ledger, args[0]);
    const { people } = readOfficerSettings(store.settings.HUSHU_CONFIG).release;
    const judgement = { by: options.by ?? osUser(), reason: options.reason ?? '于命令行决定 / decided at the command line' };
    const { state, releasedBy, needs } = (await ledger.decide(id, verb, judgement, people))!;
    if (needs > 0) {
      output.data({ run: id, state, releasedBy, needs }, () => `${id} ${state} ${releasedBy.join('、')}`);
      output.say({
        zh: `已记下放行请求;还须另外 ${needs} 人确认,由其运行:hushu run release ${id} --by 姓名 --reason 理由`,
        en: `The release is noted; ${needs} more must confirm it, each with: hushu run release ${id} --by NAME --reason TEXT`,
      });
      return EXIT.partial;
    }
    const run = await getRun(ledger, args[0]);
    output.data({ ...shown(run), releasedBy, needs }, () => `${run.id} ${run.state}`);
    return EXIT.ok;
  });
}

/** Whoever is at the command line; an account without a name (as in some containers) goes by its number. */
export function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}

function shown(run: Run): object {
  const { id, feed, fileName, mode, batchNo, asOf, acceptedAt, state, first, counts, warnings, reason, startedAt, endedAt, attempts, contractVersion } = run;
  return { run: id, feed, state, file: fileName, mode, batchNo, asOf, acceptedAt, startedAt, endedAt, first, counts, warnings, reason, attempts, contractVersion };
}

export function ledgerOf(store: Store): Ledger {
  return new Ledger(store.database, systemClock);
}

export async function getRun(ledger: Ledger, id: string): Promise<Run> {
  const run = /^\d{1,9}$/.test(id) ? await ledger.find(Number(id)) : null;
  if (run !== null) return run;
  throw new HubError({ code: 'HUSHU-CLI-06', zh: `没有编号为 ${id} 的处理`, en: `There is no run ${id}`, hintZh: '用 hushu run list 查看', hintEn: 'See hushu run list' });
}
