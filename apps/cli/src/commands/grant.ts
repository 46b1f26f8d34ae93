import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const grant = program.command('grant').description('共享授权 / grants');
  action(grant.command('list').description('列出授权 / list grants').option('--department <id>', '部门 / department'), async () => (await import('../sharing/grant.js')).list);
  action(grant.command('show <id>').description('授权的内容与状态 / what a grant allows and whether it stands'), async () => (await import('../sharing/grant.js')).show);
  action(
    grant.command('revoke <id>').description('撤销授权,一秒内生效 / end a grant, within a second')
      .requiredOption('--reason <text>', '原因,记入审计 / why; it goes into the audit'),
    async () => (await import('../sharing/grant.js')).revoke,
  );
}
