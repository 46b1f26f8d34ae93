import { InvalidArgumentError, type Command } from 'commander';
import { action } from '../frame/command.js';

const load = async () => import('../drift/drift.js');

export function register(program: Command): void {
  const drift = program.command('drift').description('契约漂移:供数部门改了什么,影响谁,怎么办 / contract drift: what a supplier changed, whom it reaches, what to do');
  action(drift.command('list').description('待处理的漂移 / what waits for a decision').option('--feed <feed>', '数据源 / feed').option('--kind <kind>', '种类 / kind')
    .option('--state <state>', '状态 / state: open, stopped, accepted, mapped, settled').option('--all', '连同已了结的 / those that are settled too').option('--limit <n>', '条数 / how many', whole, 50), async () => (await load()).list);
  action(drift.command('show <id>').description('一项漂移:改了什么,影响谁 / one of them: what changed, whom it reaches'), async () => (await load()).show);
  action(decided(drift.command('accept <id>').description('照单接受:新列不取,缺列为空,新代码照旧,新分布为常态 / take it as it is')), async () => (await load()).accept);
  action(decided(drift.command('map <id>').description('对应:改名的列对应到契约的列,新代码对应到户枢代码 / map a column to the contract\'s, a code to the hub\'s'))
    .option('--to <target>', '契约的列或户枢代码 / column of the contract, or code of the hub'), async () => (await load()).map);
  action(decided(drift.command('stop <id>').description('停用数据源,批次一律挂起 / stop the feed: what it delivers is held')), async () => (await load()).stop);
  action(decided(drift.command('resume <id>').description('恢复数据源,挂起的批次继续 / resume the feed: what is held goes on')), async () => (await load()).resume);
}

function decided(command: Command): Command {
  return command.option('--by <name>', '谁作此决定，默认为本机用户 / who decides; the user of this machine unless said').option('--reason <text>', '为什么，不写任何人的号码 / why, with nobody\'s number in it');
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('应为正整数 / must be a whole number');
  return Number(text);
}
