import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const client = program.command('client').description('部门的接入程序 / programs of departments that call the hub');
  action(
    client.command('create').description('新建客户端,密钥只显示一次 / make a client; its secret is shown once')
      .requiredOption('--department <id>', '所属部门 / its department')
      .option('--grant <id>', '只用于此授权 / only for this grant')
      .option('--scope <scope...>', '范围:persons、operations、exchange,默认 persons / scopes: persons, operations, exchange; persons by default')
      .option('--officer <name>', '由谁经办(operations 范围) / the person who acts by it (scope operations)')
      .option('--neighbour <hub>', '供哪个相邻枢纽使用(exchange 范围) / the neighbour hub that calls by it (scope exchange)')
      .option('--jwks <file>', '以签名认证:公钥集文件 / prove itself by signature: a file with its public keys'),
    async () => (await import('../access/client.js')).create,
  );
  action(client.command('list').description('列出客户端 / list clients').option('--department <id>', '部门 / department'), async () => (await import('../access/client.js')).list);
  action(client.command('revoke <id>').description('停用客户端 / let a client in no more'), async () => (await import('../access/client.js')).revoke);
}
