import type { Command } from 'commander';
import { action } from '../frame/command.js';

export function register(program: Command): void {
  action(
    program.command('link').description('按模型文件关联任意两个文件,或一个文件自身 / link any two files by a model file, or one with itself')
      .requiredOption('--left <file>', '左文件:csv、csv.gz 或 parquet / the left file: csv, csv.gz or parquet')
      .option('--right <file>', '右文件;不写则左文件与自身关联 / the right file; without it the left one is linked with itself')
      .requiredOption('--model <file>', '模型文件,写法见 docs/linkage.md / the model file, written as docs/linkage.md tells')
      .option('--truth <file>', '真值:打印查准率、查全率与 F1 / the truth: prints precision, recall and F1')
      .requiredOption('--out <file>', '写出的关联,csv / the pairs to write, csv'),
    async () => (await import('../link/link.js')).run,
  );
}
