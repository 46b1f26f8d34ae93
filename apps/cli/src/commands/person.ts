import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const person = program.command('person').description('人员 / people');
  action(
    person.command('get').description('数据专员查看一人;每次查看都记入审计 / the officer\'s view of one person; every look is audited')
      .requiredOption('--id-number <n>', '证件号码;写 - 则从标准输入读取 / document number; - reads it from standard input')
      .option('--kind <code>', '证件类型,默认居民身份证 / document kind, resident id card when missing', '111')
      .option('--as-of <date>', '何日的情况 / as it was on that day, YYYY-MM-DD')
      .option('--known-at <time>', '当时所知 / as the hub knew it then')
      .option('--provenance', '注明来源与时间 / say where and when each came from')
      .option('--reason <text>', '事由,记入审计 / why; it goes into the audit', 'cli'),
    async () => (await import('../person/person.js')).get,
  );
}
