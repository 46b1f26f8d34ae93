import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const department = program.command('department').description('使用部门 / departments that may hold grants');
  action(
    department.command('add <name>').description('登记部门 / enter a department')
      .requiredOption('--id <id>', '部门编号,例如 civil-affairs / its id, such as civil-affairs')
      .option('--name-en <name>', '英文名 / its English name')
      .option('--code <code>', '统一社会信用代码 / its unified social credit code')
      .option('--hub', '运行本枢纽的部门：其经办人管所有数据源 / it runs the hub: its officers act on every feed'),
    async () => (await import('../access/department.js')).add,
  );
  action(department.command('list').description('列出部门 / list departments'), async () => (await import('../access/department.js')).list);
}
