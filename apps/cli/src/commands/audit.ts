import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const audit = program.command('audit').description('审计 / the audit');
  action(audit.command('verify').description('核对审计链 / check the audit\'s chain'), async () => (await import('../access/audit.js')).verify);
}
