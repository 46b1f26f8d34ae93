import { loadKeys } from '#keys';
import { pendingMigrations } from '#database';
import { systemClock, type Text } from '#kernel';
import { Copies } from '#runs';
import { checkPostgres, checkRedis, DataFolder, findRedis, isFree, readSettings, type Settings } from '#services';
import { copyFaults } from '#staging';
import { existsSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore } from '../frame/store.js';

/** One thing looked at: fine, worth knowing, or a fault with its cure. */
export interface Finding {
  check: string;
  state: 'ok' | 'note' | 'fault';
  text: Text;
  cure?: Text;
}

const GB = 2 ** 30;

/** Looks at everything a start needs and changes nothing. Exit 1 when there is a fault. */
export const run: Work = async ({ output }) => {
  const settings = await readSettings();
  const findings = [
    node(), machine(), await dataFolder(settings), await keys(settings), await store(settings), await queues(settings), await gateway(settings), await migrations(settings),
    await copies(settings),
  ];
  const mark = { ok: '✓', note: '·', fault: '✗' };
  output.data(findings, () => findings.map(({ state, text, cure }) =>
    `${mark[state]} ${output.word(text)}${cure ? `\n    ${output.word(cure)}` : ''}`).join('\n'));
  return findings.some(({ state }) => state === 'fault') ? EXIT.failed : EXIT.ok;
};

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const fits = major > 20 || (major === 20 && minor >= 19);
  const text = { zh: `Node ${process.versions.node}`, en: `Node ${process.versions.node}` };
  return fits ? { check: 'node', state: 'ok', text }
    : { check: 'node', state: 'fault', text, cure: { zh: '请使用 Node 20.19 或更新版本', en: 'Use Node 20.19 or newer' } };
}

function machine(): Finding {
  const memory = totalmem() / GB;
  const text = {
    zh: `${availableParallelism()} 核,内存 ${memory.toFixed(1)} GB`, en: `${availableParallelism()} cores, ${memory.toFixed(1)} GB of memory`,
  };
  return memory >= 3 ? { check: 'machine', state: 'ok', text }
    : { check: 'machine', state: 'note', text, cure: { zh: '整区数据建议 4 GB 以上', en: 'For a whole district 4 GB or more is advised' } };
}

async function dataFolder(settings: Settings): Promise<Finding> {
  let folder = settings.HUSHU_DATA;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize / GB;
  const text = {
    zh: `数据目录 ${settings.HUSHU_DATA},可用 ${free.toFixed(1)} GB`, en: `Data folder ${settings.HUSHU_DATA}, ${free.toFixed(1)} GB free`,
  };
  return free >= 2 ? { check: 'data', state: 'ok', text }
    : { check: 'data', state: 'fault', text, cure: { zh: '腾出空间,或用 HUSHU_DATA 换一处', en: 'Free some space, or choose another place with HUSHU_DATA' } };
}

async function keys(settings: Settings): Promise<Finding> {
  const folder = join(settings.HUSHU_DATA, 'keys');
  if (!existsSync(join(folder, 'root.key'))) {
    return { check: 'keys', state: 'note', text: { zh: '尚无根密钥,首次启动时生成', en: 'No root key yet; the first start makes one' } };
  }
  if ((statSync(join(folder, 'root.key')).mode & 0o077) !== 0) {
    return {
      check: 'keys', state: 'fault', text: { zh: '根密钥可被其他用户读取', en: 'The root key can be read by other users' },
      cure: { zh: `chmod 600 ${join(folder, 'root.key')}`, en: `chmod 600 ${join(folder, 'root.key')}` },
    };
  }
  return attempt('keys', { zh: '根密钥可用', en: 'The root key is good' }, async () => { await loadKeys(folder); });
}

async function store(settings: Settings): Promise<Finding> {
  if (settings.DATABASE_URL) {
    return attempt('postgres', { zh: '外部 PostgreSQL 可用', en: 'The external PostgreSQL is good' }, () => checkPostgres(settings.DATABASE_URL!));
  }
  const hub = new DataFolder(settings.HUSHU_DATA).findHub();
  if (hub) return attempt('postgres', { zh: '内嵌 PostgreSQL 正在运行', en: 'The embedded PostgreSQL runs' }, () => checkPostgres(hub.adminUrl));
  return { check: 'postgres', state: 'ok', text: { zh: '启动时使用内嵌 PostgreSQL', en: 'A start will use the embedded PostgreSQL' } };
}

async function queues(settings: Settings): Promise<Finding> {
  if (settings.REDIS_URL) return attempt('redis', { zh: '外部 Redis 可用', en: 'The external Redis is good' }, () => checkRedis(settings.REDIS_URL!));
  const binary = await findRedis(settings.HUSHU_CACHE);
  return binary
    ? { check: 'redis', state: 'ok', text: { zh: `Redis:${binary.command}`, en: `Redis: ${binary.command}` } }
    : {
      check: 'redis', state: 'note', text: { zh: '没有 Redis,任务队列由 PostgreSQL 承担', en: 'No Redis: the queues run on PostgreSQL' },
      cure: { zh: '安装 redis-server 或 valkey-server,或设 REDIS_URL', en: 'Install redis-server or valkey-server, or set REDIS_URL' },
    };
}

async function gateway(settings: Settings): Promise<Finding> {
  const folder = new DataFolder(settings.HUSHU_DATA);
  const hub = folder.findHub();
  if (hub) {
    return attempt('gateway', { zh: `网关 ${hub.gatewayUrl} 就绪`, en: `The gateway at ${hub.gatewayUrl} is ready` }, async () => {
      const { status } = await fetch(`${hub.gatewayUrl}/readyz`, { signal: AbortSignal.timeout(5000) });
      if (status !== 200) throw new RangeError(`/readyz: ${status}`);
    });
  }
  if (folder.findOwner()) return { check: 'gateway', state: 'note', text: { zh: '户枢正在启动', en: 'The hub is starting' } };
  const port = settings.HUSHU_PORT;
  return await isFree(port)
    ? { check: 'gateway', state: 'ok', text: { zh: `端口 ${port} 空闲`, en: `Port ${port} is free` } }
    : {
      check: 'gateway', state: 'fault', text: { zh: `端口 ${port} 已被占用`, en: `Port ${port} is taken` },
      cure: { zh: '用 --port 或 HUSHU_PORT 指定另一个端口', en: 'Choose another with --port or HUSHU_PORT' },
    };
}

async function migrations(settings: Settings): Promise<Finding> {
  const hub = settings.DATABASE_URL ?? new DataFolder(settings.HUSHU_DATA).findHub()?.adminUrl;
  if (!hub) return { check: 'schema', state: 'note', text: { zh: '库未运行,结构未检查', en: 'The store does not run; its schema was not looked at' } };
  try {
    const pending = await pendingMigrations(hub);
    return pending.length === 0
      ? { check: 'schema', state: 'ok', text: { zh: '库结构是最新的', en: 'The schema is up to date' } }
      : {
        check: 'schema', state: 'fault', text: { zh: `有 ${pending.length} 个迁移未执行`, en: `${pending.length} migrations are not applied` },
        cure: { zh: '运行 hushu migrate', en: 'Run hushu migrate' },
      };
  } catch (error) {
    return { check: 'schema', state: 'fault', text: { zh: `库结构读不到:${String(error)}`, en: `The schema could not be read: ${String(error)}` } };
  }
}

/** The sealed copies of deliveries, against the ledger: those of a store that runs here and is up to date. */
async function copies(settings: Settings): Promise<Finding> {
  const unknown: Finding = { check: 'copies', state: 'note', text: { zh: '库未运行或待迁移,批次副本未检查', en: 'The store does not run or is to be migrated; the copies of deliveries were not looked at' } };
  const hub = settings.DATABASE_URL ?? new DataFolder(settings.HUSHU_DATA).findHub()?.adminUrl;
  if (!hub || await pendingMigrations(hub).then((pending) => pending.length > 0, () => true)) return unknown;
  return withStore(async (opened) => {
    const faults = await copyFaults(new Copies(opened.database), join(settings.HUSHU_DATA, 'deliveries'), systemClock.now());
    return faults.length === 0 ? { check: 'copies', state: 'ok', text: { zh: '批次副本与处理记录相符', en: 'The copies of deliveries are those of the ledger' } } : {
      check: 'copies', state: 'fault', text: { zh: `${faults.length} 份批次副本与处理记录不符:${faults.slice(0, 5).join('；')}`, en: `${faults.length} copies of deliveries are not as the ledger has them: ${faults.slice(0, 5).join('; ')}` },
      cure: {
        zh: '副本不见的从备份取回,否则有批次迟到时会挂起;没有处理认领的文件查明后删除', en: 'Fetch copies that are gone from a backup, or late deliveries of their feeds will be held; delete files that no run has once it is clear where they came from',
      },
    };
  });
}

/** Runs a check that throws when it finds a fault. */
async function attempt(check: string, text: Text, work: () => Promise<void>): Promise<Finding> {
  try {
    await work();
    return { check, state: 'ok', text };
  } catch (error) {
    const { text: said, hint } = error as { text?: Text; hint?: Text };
    return { check, state: 'fault', text: said ?? { zh: String(error), en: String(error) }, ...(hint ? { cure: hint } : {}) };
  }
}
