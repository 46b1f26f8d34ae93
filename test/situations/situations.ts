import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Text } from '#kernel';
import type { Seen, Stage } from './stage.js';
import { WORKBOOK } from './stage.js';
import type { Suppliers } from './suppliers.js';

/** One bad situation: how it comes about; where the same is tried more closely. */
export interface Situation { name: Text; closer: string; /** Undefined where this machine lacks the supplier's server. */ meet(stage: Stage, suppliers: Suppliers): Promise<Seen> | undefined }

const T = 'libs/feeds/src/transport';
const csv = '编号,经度\n1,118.1\n';
const folderOf = (stage: Stage) => ({ kind: 'folder', folder: stage.drop });
const cards = (stage: Stage, rows: number): string => stage.sample().toString().split('\n').slice(0, rows + 1).join('\n') + '\n';
/** Cards that are sound and differ in nothing but their numbers. */
const sound = (stage: Stage, rows: number, change: (line: string, n: number) => string = (line) => line): string => {
  const [header, first] = stage.sample().toString().split('\n');
  return `${[header, ...Array.from({ length: rows }, (_, n) => change(first!.replace('LC000001', `LC${String(n).padStart(6, '0')}`), n))].join('\n')}\n`;
};

export const SITUATIONS: readonly Situation[] = [
  {
    name: { zh: '契约所引用的凭据从未录入', en: 'The credential the contract names was never entered' }, closer: `${T}/http.spec.ts`,
    meet: (stage, { service }) => stage.fetch({ kind: 'http', url: service(), insecure: true, auth: 'bearer', credential: 'never-entered' }, 'ndjson'),
  },
  {
    name: { zh: '数据库口令错误', en: 'Wrong password of a database' }, closer: `${T}/table-cases.fixture.ts`,
    meet: (stage, { table }) => stage.fetch(table({ credential: 'wrong-password' }), 'ndjson'),
  },
  {
    name: { zh: '对象存储密钥错误', en: 'Wrong key of an object store' }, closer: `${T}/s3.spec.ts`,
    meet: (stage, { bucket }) => stage.fetch(bucket({ credential: 'wrong-key-of-no-shape' })),
  },
  {
    name: { zh: '接口服务拒绝口令', en: 'A service refuses the password' }, closer: `${T}/http.spec.ts`,
    meet: (stage, { service }) => stage.fetch({ kind: 'http', url: service({ status: 401 }), insecure: true, auth: 'bearer', credential: 'wrong-token' }, 'ndjson'),
  },
  {
    name: { zh: 'SFTP 服务器换了，主机密钥不符', en: 'The SFTP server is another one: its host key is not the one agreed' }, closer: `${T}/sftp.spec.ts`,
    meet: (stage, { sftp }) => sftp === undefined ? undefined : stage.fetch(sftp({ hostKey: `SHA256:${'A'.repeat(43)}` })),
  },
  {
    name: { zh: '供数方主机拒绝连接', en: 'The supplier\'s host refuses the connection' }, closer: `${T}/table-cases.fixture.ts`,
    meet: (stage, { table }) => stage.fetch(table({ port: 1 }), 'ndjson'),
  },
  {
    name: { zh: '传输中途主机断开', en: 'The host goes in the middle of a file' }, closer: `${T}/s3.spec.ts`,
    meet: (stage, { cutBucket }) => cutBucket((options) => stage.fetch(options)),
  },
  {
    name: { zh: '证书已过期', en: 'The certificate has expired' }, closer: `${T}/http-tls.spec.ts`,
    meet: (stage, { secure }) => secure === undefined ? undefined : stage.fetch({ kind: 'http', ...secure.expired }, 'ndjson'),
  },
  {
    name: { zh: '证书由未知机构签发', en: 'The certificate is of an unknown authority' }, closer: `${T}/http-tls.spec.ts`,
    meet: (stage, { secure }) => secure === undefined ? undefined : stage.fetch({ kind: 'http', ...secure.unknown }, 'ndjson'),
  },
  {
    name: { zh: '两边时钟相差过大', en: 'The clocks are too far apart' }, closer: `${T}/http.spec.ts`,
    meet: (stage, { service }) => stage.fetch({ kind: 'http', url: service({ status: 200, headers: { date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, body: '{"items":[],"next":null}' }), insecure: true }, 'ndjson'),
  },
  {
    name: { zh: '对象存储的时钟走错，拒绝请求', en: 'The object store refuses requests: its clock, or ours, is wrong' }, closer: `${T}/s3.spec.ts`,
    meet: (stage, { skewed }) => stage.fetch(skewed),
  },
  {
    name: { zh: '接口返回登录网页', en: 'The service answers with a login page' }, closer: `${T}/http.spec.ts`,
    meet: (stage, { service }) => stage.fetch({ kind: 'http', url: service({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>张三</html>' }), insecure: true }, 'ndjson'),
  },
  {
    name: { zh: '接口限制访问频率', en: 'The service limits how often it may be asked' }, closer: `${T}/http.spec.ts`,
    meet: (stage, { service }) => stage.fetch({ kind: 'http', url: service({ status: 429, headers: { 'retry-after': '3600' } }), insecure: true }, 'ndjson'),
  },
  {
    name: { zh: '文件夹不存在', en: 'The folder is not there' }, closer: 'apps/worker/src/line/fetch.db-spec.ts',
    meet: (stage) => {
      rmSync(stage.drop, { recursive: true });
      return stage.fetch(folderOf(stage));
    },
  },
  {
    name: { zh: '前置库的列被改名', en: 'A column of the table was renamed' }, closer: `${T}/table-cases.fixture.ts`,
    meet: (stage, { table }) => stage.fetch(table({ table: 'renamed' }), 'ndjson'),
  },
  {
    name: { zh: '文件还在写，没有清单', en: 'The file is still being written: no manifest yet' }, closer: 'apps/worker/src/line/fetch.db-spec.ts',
    meet: (stage) => {
      writeFileSync(join(stage.drop, 'half.20250601.csv'), csv.slice(0, 12));
      return stage.fetch(folderOf(stage));
    },
  },
  {
    name: { zh: '清单写错', en: 'The manifest is faulty' }, closer: `${T}/folder.spec.ts`,
    meet: (stage) => {
      stage.lay('rows.20250601.csv', csv, { rows: '许多' });
      return stage.fetch(folderOf(stage));
    },
  },
  {
    name: { zh: '文件被截断或替换，与清单不符', en: 'The file was cut or swapped and is not its manifest\'s' }, closer: 'apps/worker/src/line/fetch.db-spec.ts',
    meet: (stage) => {
      stage.lay('rows.20250601.csv', csv);
      writeFileSync(join(stage.drop, 'rows.20250601.csv'), csv.slice(0, 8));
      return stage.fetch(folderOf(stage));
    },
  },
  {
    name: { zh: '清单已放，文件却不在', en: 'The manifest is there and its file is not' }, closer: `${T}/folder.spec.ts`,
    meet: (stage) => {
      stage.lay('rows.20250601.csv', csv);
      rmSync(join(stage.drop, 'rows.20250601.csv'));
      return stage.fetch(folderOf(stage));
    },
  },
  {
    name: { zh: '取数进程屡次中止', en: 'The hub\'s worker dies of a feed again and again' }, closer: 'test/faults/fetch-steps.e2e-spec.ts',
    meet: (stage) => stage.fetch(folderOf(stage), 'csv', 5),
  },
  {
    name: { zh: '约定 UTF-8 的文件里是 GBK 字节', en: 'GBK bytes in a file that should be UTF-8' }, closer: 'libs/feeds/src/format/bad-input.spec.ts',
    // 读者证 and so on in GBK: the header's columns are told apart by it.
    meet: (stage) => stage.deliver('cards.20250601.csv', Buffer.concat([Buffer.from([0xbf, 0xa8, 0xba, 0xc5, 0x2c, 0xd0, 0xd5, 0xc3, 0xfb, 0x0a]), ...Array.from({ length: 40 }, () => Buffer.from([0xbc, 0xd7, 0xb6, 0xc1, 0x2c, 0xca, 0xe9, 0x0a]))])),
  },
  {
    name: { zh: '文件的列被改名', en: 'A column of the file was renamed' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: (stage) => stage.deliver('cards.20250601.csv', stage.sample().toString().replace('卡种', '卡类')),
  },
  {
    name: { zh: '发来的是另一数据源的文件', en: 'The file is another feed\'s' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: (stage) => stage.deliver('cards.20250601.csv', csv),
  },
  {
    name: { zh: '空文件', en: 'An empty file' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: (stage) => stage.deliver('cards.20250601.csv', ''),
  },
  {
    name: { zh: '工作簿传输不完整', en: 'A workbook that was cut short' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: (stage) => {
      const whole = stage.sample(WORKBOOK);
      return stage.deliver('cards.20250601.xlsx', whole.subarray(0, Math.floor(whole.length * 0.7)), { feed: WORKBOOK });
    },
  },
  {
    name: { zh: '行数与清单不符', en: 'Other rows than the manifest speaks of' }, closer: 'apps/worker/src/line/fetch.db-spec.ts',
    meet: (stage) => stage.deliver('cards.20250601.csv', sound(stage, 3), { promised: 4 }),
  },
  {
    name: { zh: '又发来昨天的文件', en: 'Yesterday\'s file again' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: async (stage) => {
      await stage.publish('cards.20250601.csv', sound(stage, 20));
      return stage.deliver('cards.20250602.csv', sound(stage, 20));
    },
  },
  {
    name: { zh: '旧文件迟到，而已发布的没有副本可重放', en: 'An older file comes late, and what was published cannot be replayed behind it' }, closer: 'apps/worker/src/line/late.db-spec.ts',
    meet: async (stage) => {
      await stage.publish('cards.20250602.csv', sound(stage, 20));
      return stage.deliver('cards.20250601.csv', sound(stage, 19));
    },
  },
  {
    name: { zh: '只发来一半', en: 'Half of the rows are missing' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: async (stage) => {
      await stage.publish('cards.20250601.csv', sound(stage, 20));
      return stage.deliver('cards.20250602.csv', sound(stage, 10));
    },
  },
  {
    name: { zh: '大量坏行', en: 'More bad rows than the contract allows' }, closer: 'test/e2e/bad-input.e2e-spec.ts',
    meet: (stage) => stage.deliver('cards.20250601.csv', sound(stage, 20, (line, n) => (n === 0 ? line : line.replace('正常', '未知')))),
  },
  {
    name: { zh: '交付后文件被移走，尚无副本', en: 'The file is gone before it could be kept' }, closer: 'apps/worker/src/line/line.db-spec.ts',
    meet: (stage) => stage.deliver('cards.20250601.csv', cards(stage, 2), { gone: true }),
  },
  {
    name: { zh: '相邻枢纽的批次序号有缺口', en: 'A neighbour hub\'s deliveries have a gap in their numbers' }, closer: 'test/faults/exchange-steps.e2e-spec.ts',
    meet: (stage, { gappedHub }) => stage.fetch(gappedHub),
  },
];
