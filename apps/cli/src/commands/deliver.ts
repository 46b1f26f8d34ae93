import { InvalidArgumentError, Option, type Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('deliver <feed> <file>').description('交付一个批次 / hand a delivery in')
      .addOption(new Option('--mode <mode>', '全量或增量;默认按契约 / full or delta; the contract\'s when missing').choices(['full', 'delta']))
      .option('--as-of <time>', '数据时点;默认取自文件名 / business time; from the file\'s name when missing', time)
      .option('--batch <no>', '供数部门的批次号 / the supplier\'s batch number')
      .option('--wait', '等到处理结束 / wait until it has come to an end')
      .option('--config <dir>', '地区配置目录 / the district\'s config folder'),
    async () => (await import('../deliver/deliver.js')).run,
  );
}

/** A date, or a date and time; Chinese time where none is said. */
function time(text: string): string {
  const day = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text);
  const whole = day ? `${day[1]}-${day[2]}-${day[3]}T00:00:00+08:00` : /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}+08:00`;
  if (Number.isNaN(new Date(whole).getTime())) throw new InvalidArgumentError('应为日期或时间 / must be a date or a time');
  return whole;
}
