import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(program.command('quality [feed]').description('数据质量:各数据源的颜色与原因,或一个数据源的各项指标 / colours of feeds and why, or one feed\'s measures')
    .option('--level <level>', 'ok, warn 或 fail / ok, warn or fail'), async () => (await import('../quality/quality.js')).run);
}
