import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const credential = program.command('credential').description('取数用的口令与密钥,契约只写其名称 / passwords and keys for fetching; contracts only name them');
  action(credential.command('set <name>').description('从标准输入读入口令或密钥,密封保存 / keep a value, read from standard input, sealed'),
    async () => (await import('../credential/credential.js')).set);
  action(credential.command('list').description('列出名称 / their names'), async () => (await import('../credential/credential.js')).list);
  action(credential.command('remove <name>').description('删除 / remove one'), async () => (await import('../credential/credential.js')).remove);
}
