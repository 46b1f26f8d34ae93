import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  const sharing = program.command('sharing').description('部门、目录与授权的配置 / departments, catalogue and grants, as configured');
  action(
    sharing.command('load').description('装载部门、目录资源与授权 / load departments, products and grants')
      .option('--config <dir>', '地区配置目录 / the district\'s folder'),
    async () => (await import('../sharing/sharing.js')).load,
  );
  action(
    sharing.command('check').description('指出配置的全部错误 / name every fault of the configuration')
      .option('--config <dir>', '地区配置目录 / the district\'s folder'),
    async () => (await import('../sharing/sharing.js')).check,
  );
}
