import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const hub = program.command('hub').description('相邻枢纽:上级、下级之间的目录、批次、回执与回流 / neighbour hubs: catalogues, deliveries, receipts, returns');
  action(hub.command('list').description('列出相邻枢纽及往来 / neighbours, and what went between us'), async () => (await import('../hub/hub.js')).list);
  action(hub.command('key').description('本枢纽的公钥,供对方登记 / the public key of this hub, for neighbours to enter'), async () => (await import('../hub/hub.js')).key);
  action(hub.command('catalogue').description('相邻枢纽的目录 / what neighbours give').option('--hub <hub>', '相邻枢纽 / neighbour'), async () => (await import('../hub/hub.js')).catalogue);
  action(hub.command('deliveries').description('向相邻枢纽提供的批次及其回执 / deliveries offered, and what came of them').option('--hub <hub>', '相邻枢纽 / neighbour').option('--limit <n>', '条数 / how many', '50'),
    async () => (await import('../hub/hub.js')).deliveries);
  action(hub.command('receipts').description('应向相邻枢纽发送的回执与回流 / receipts and returns owed to neighbours').option('--hub <hub>', '相邻枢纽 / neighbour').option('--limit <n>', '条数 / how many', '50'),
    async () => (await import('../hub/hub.js')).receipts);
  action(
    hub.command('return <hub> <feed> <sequence>').description('取出相邻枢纽送回的拒收报告 / a report of rejects that a neighbour sent back').requiredOption('--out <file>', '写入的文件 / the file to write')
      .option('--reason <text>', '事由,记入审计 / why; goes into the audit', ''),
    async () => (await import('../hub/hub.js')).returned,
  );
}
