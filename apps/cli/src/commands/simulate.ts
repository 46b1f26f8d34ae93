import { InvalidArgumentError, Option, type Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('simulate').description('生成模拟人口及各部门的批次文件 / invent a district and write its departments\' deliveries')
      .requiredOption('--people <n>', '户籍与常住人口合计(登记在此、居住在此或兼有者) / people registered here, living here, or both', whole)
      .requiredOption('--seed <seed>', '种子:同一种子产生逐字节相同的文件 / same seed, same bytes')
      .requiredOption('--out <dir>', '输出目录 / output folder')
      .option('--days <n>', '首日之后再写几天的批次 / days of deliveries after the first', whole, 0)
      .addOption(new Option('--dirt <level>', '掺入的差错 / errors planted').choices(['none', 'default', 'heavy']).default('default'))
      .option('--feeds <list>', '只写这些数据源,以逗号分隔 / only these feeds, separated by commas')
      .option('--until <date>', '最后一天 / last day of the story, YYYY-MM-DD')
      .option('--no-truth', '不写 truth/ / leave truth/ out')
      .option('--config <dir>', '地区配置目录 / the district\'s config folder'),
    async () => (await import('../simulate/simulate.js')).run,
  );
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('应为整数 / must be a whole number');
  return Number(text);
}
