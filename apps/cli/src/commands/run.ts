import type { Command } from 'commander';
import { action } from '../frame/command.js';

const BY = ['--by <name>', '谁作此决定，默认为本机用户 / who decides; the user of this machine unless said'] as const;
const REASON = ['--reason <text>', '为什么，不写任何人的号码 / why, with nobody\'s number in it'] as const;

export function register(program: Command): void {
  const run = program.command('run').description('批次处理记录 / the run ledger');
  action(run.command('list').description('最近的处理 / newest runs').option('--feed <feed>', '数据源 / feed').option('--state <state>', '状态 / state')
    .option('--limit <n>', '条数 / how many', '50'), async () => (await import('../run/run.js')).list);
  action(run.command('show <id>').description('一次处理:步骤、计数、拒收 / one run: steps, counts, rejects').option('--rejects <n>', '列出多少条拒收 / how many rejects to list', '20')
    .option('--raw', '显示拒收行原文 / show the raw lines of rejects'), async () => (await import('../run/run.js')).show);
  action(run.command('watch <id>').description('看着一次处理:行数、速度、剩余时间 / watch a run: rows, speed, time to go; --json: one event a line'), async () => (await import('../run/run.js')).watch);
  action(run.command('replay <id>').description('从留存副本重放一次处理并比对，不改动任何数据 / read a past run again from its stored delivery and compare; nothing is changed').option('--by <name>', BY[1])
    .option('--no-wait', '只下令，不等结果 / order it and leave'), async () => (await import('../run/replay.js')).replay);
  action(run.command('retry <id>').description('重做失败、被拒或挂起的处理 / take up again what failed, was refused or is held').option(...BY).option(...REASON), async () => (await import('../run/run.js')).retry);
  action(run.command('release <id>').description('放行挂起的批次，须两人先后放行 / publish a held delivery: two people release it, one after the other').option(...BY).option(...REASON), async () => (await import('../run/run.js')).release);
  action(run.command('discard <id>').description('舍弃挂起或失败的批次 / discard a held or failed delivery').option(...BY).option(...REASON), async () => (await import('../run/run.js')).discard);
}
