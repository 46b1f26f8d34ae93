import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const alert = program.command('alert').description('数据源变化的提醒 / messages when feeds change');
  action(alert.command('list').description('最近的变化与发出的提醒 / newest changes, and messages sent').option('--limit <n>', '条数 / how many', '20'),
    async () => (await import('../alert/alert.js')).list);
  action(alert.command('test <channel>').description('向一个渠道发一条测试提醒 / send a test message through a channel'), async () => (await import('../alert/alert.js')).probe);
}
