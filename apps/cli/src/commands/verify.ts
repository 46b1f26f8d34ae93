import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(program.command('verify').description('在库上核对全部不变式 / check every invariant on the live store'),
    async () => (await import('../verify/verify.js')).run);
}
