import type { Command } from 'commander';
import { action } from '../frame/command.js';

const CONFIG = ['--config <dir>', '地区配置目录 / the district\'s config folder'] as const;

export function register(program: Command): void {
  const feed = program.command('feed').description('数据源契约 / feeds and their contracts');
  action(feed.command('list').description('列出数据源及其时效 / feeds and how fresh they are').option(...CONFIG),
    async () => (await import('../feed/feed.js')).list);
  action(feed.command('check [dir]').description('检查契约,一次指出全部错误及其文件与行 / check contracts: every fault with file and line').option(...CONFIG),
    async () => (await import('../feed/feed.js')).check);
  action(feed.command('try <feed> <file>').description('试读一个批次,不作任何改动 / what a delivery would do; changes nothing').option(...CONFIG),
    async () => (await import('../feed/feed.js')).attempt);
  action(feed.command('fetch <feed>').description('立即取数,不等到下一时点 / fetch a feed now instead of at its next slot').option(...CONFIG)
    .option('--wait', '等到结束,报告结果 / wait for its end and say what became of it'),
    async () => (await import('../feed/fetch.js')).fetchNow);
  action(
    feed.command('apply [dir]').description('按契约建表改表,先列出改动 / bring the tables to the contracts, the change shown first').option(...CONFIG)
      .option('--dry-run', '只列出改动 / show the change and stop')
      .option('--destructive', '允许丢失已存数据的改动 / also do what loses stored values')
      .option('--by <name>', '谁作此改动 / who does it', 'cli'),
    async () => (await import('../feed/feed.js')).apply,
  );
  action(feed.command('timeline <feed>').description('数据源的时间线:批次、契约与设置变更、人员操作 / what happened to a feed, newest first').option('--limit <n>', '条数 / how many', '50'),
    async () => (await import('../feed/feed.js')).timeline);
}
