import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('doctor').description('检查环境与运行状态,说明原因与办法 / find faults, say cause and cure'),
    async () => (await import('../doctor/doctor.js')).run,
  );
}
