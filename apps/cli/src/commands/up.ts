import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('up')
      .description('启动数据库、队列、工作进程与网关 / start the store, the queues, the worker and the gateway')
      .option('--port <port>', '网关端口,默认 8080 / port of the gateway, 8080 by default')
      .option('--people <number>', '演示区人口,默认 20000 / people of the demonstration district, 20000 by default')
      .option('--empty', '不装入演示区 / do not load the demonstration district')
      .option('--no-console', '不提供控制台页面 / do not serve the console'),
    async () => (await import('../up/up.js')).run,
  );
}
