import { resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { simulate } from '#population';
import { readSettings } from '#services';
import type { Work } from '../frame/command.js';

interface Options {
  people: number;
  seed: string;
  out: string;
  days: number;
  dirt: 'none' | 'default' | 'heavy';
  feeds?: string;
  until?: string;
  truth: boolean;
  config?: string;
}

/** Writes deliveries, manifest and truth; needs no running hub. */
export const run: Work<Options> = async ({ output, options }) => {
  const config = options.config ?? (await readSettings()).HUSHU_CONFIG;
  const bar = process.stderr.isTTY && !output.json ? new SingleBar({ format: '{bar} {percentage}% {eta}s', clearOnComplete: true, hideCursor: true, stream: process.stderr }) : undefined;
  bar?.start(100, 0);
  const started = performance.now();
  try {
    const report = await simulate({
      people: options.people, seed: options.seed, out: resolve(options.out), config: resolve(config), days: options.days, dirt: options.dirt,
      feeds: options.feeds?.split(',').map((feed) => feed.trim()).filter((feed) => feed !== ''),
      until: options.until,
      truth: options.truth,
      progress: (share) => bar?.update(Math.floor(share * 100)),
    });
    bar?.stop();
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    output.data({ ...report, seconds, out: resolve(options.out) }, () => output.table(
      [{ zh: '数据源', en: 'Feed' }, { zh: '行数', en: 'Rows' }],
      Object.entries(report.rows),
    ));
    output.say({
      zh: `${report.deliveries} 个批次已写入 ${resolve(options.out)}，用时 ${seconds} 秒；掺入差错 ${report.errors} 处。`,
      en: `${report.deliveries} deliveries written to ${resolve(options.out)} in ${seconds} s, with ${report.errors} planted errors.`,
    });
  } finally {
    bar?.stop();
  }
};
