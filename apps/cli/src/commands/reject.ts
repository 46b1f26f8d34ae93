import { InvalidArgumentError, type Command } from 'commander';
import { action } from '../frame/command.js';

const BY = ['--by <name>', '谁下达 / who orders it', 'cli'] as const;
const load = async () => import('../reject/reject.js');

export function register(program: Command): void {
  const reject = program.command('reject').description('拒收行:查找、重驱、修正、回流 / rejected rows: find, drive again, repair, report');
  action(filtered(reject.command('list').description('逐条列出 / one a broken rule')).option('--state <state>', '状态,如 open / state, such as open').option('--feed <feed>', '数据源 / feed').option('--limit <n>', '条数 / how many', whole, 50), async () => (await load()).list);
  action(filtered(reject.command('facets').description('按批次、规则、列、乡镇、值、状态计数 / counted by run, rule, column, township, value and state'))
    .option('--state <state>', '状态,如 open / state, such as open').option('--feed <feed>', '数据源 / feed'), async () => (await load()).facets);
  action(driven(filtered(reject.command('redrive <feed>').description('把符合条件的拒收行再驱动一遍 / drive those that match again'))), async () => (await load()).redrive);
  action(driven(filtered(reject.command('repair <feed>').description('以新值再驱动 / drive again with other values')))
    .requiredOption('--set <column=value...>', '列的新值 / values by column', pairs)
    .option('--from <value>', '只改此值 / only where this value stands'), async () => (await load()).repair);
  action(reject.command('report <feed>').description('回流给供数部门:仍未解决的拒收行,按其交付格式 / open rejects for the supplier, in its own format')
    .option('--run <id>', '批次 / run', whole).requiredOption('--out <file>', '写到 / where to'), async () => (await load()).report);
  action(reject.command('orders').description('重驱列表,新的在前 / orders to drive again, newest first').option('--feed <feed>', '数据源 / feed').option('--limit <n>', '条数 / how many', whole, 20), async () => (await load()).orders);
  action(reject.command('show <id>').description('一次重驱的进展与结果 / how far an order is, and what became of its rejects'), async () => (await load()).show);
  action(reject.command('cancel <id>').description('取消尚未发布的重驱,不留下任何改动 / stop an order before it is published: none of it takes effect').option(...BY), async () => (await load()).cancel);
  action(reject.command('settled <run>').description('一批数据解决了哪些拒收:供数部门改好的、撤回的、又错的 / what a delivery made of earlier rejects: mended, withdrawn, wrong again'), async () => (await load()).settled);
}

function filtered(command: Command): Command {
  return command.option('--run <id>', '批次 / run', whole).option('--rule <rule>', '规则 / rule').option('--field <column>', '列 / column')
    .option('--township <code>', '乡镇街道代码 / township code').option('--value <value>', '出错的值 / the faulty value');
}

function driven(command: Command): Command {
  return command.option('--row <n>', '批次中的行号 / row of the run', whole).option('--dry-run', '只计数 / count only').option('--wait', '等到结束 / wait for its end').option(...BY);
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('应为正整数 / must be a whole number');
  return Number(text);
}

function pairs(text: string, before: [string, string][] = []): [string, string][] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('应为 列=值 / must be column=value');
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
