import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('migrate').description('建立或更新库结构 / bring the store\'s schema up to date'),
    async () => (await import('../migrate/migrate.js')).run,
  );
}
