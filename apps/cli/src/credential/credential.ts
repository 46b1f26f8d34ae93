import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { CredentialStore, loadKeys } from '#keys';
import { readSettings } from '#services';
import type { Work } from '../frame/command.js';
import type { Output } from '../frame/output.js';

/** They stand in the data folder: no hub need run. */
async function openCredentials(): Promise<CredentialStore> {
  const { HUSHU_DATA } = await readSettings();
  const keys = await loadKeys(join(HUSHU_DATA, 'keys'));
  return new CredentialStore(join(HUSHU_DATA, 'credentials'), keys.sealer());
}

/** The value comes by standard input: arguments are seen by everybody on the machine. */
export const set: Work = async ({ output, args }) => {
  const credentials = await openCredentials();
  const value = (await readValue(output)).replace(/\r?\n$/, '');
  if (value === '') {
    throw new HubError({
      code: 'HUSHU-CLI-11', zh: '标准输入没有内容', en: 'Standard input was empty',
      hintZh: '例如 hushu credential set 名称 < 文件', hintEn: 'For example hushu credential set NAME < FILE',
    });
  }
  await credentials.set(args[0]!, value);
  output.data({ credential: args[0] }, args[0]!);
};

export const list: Work = async ({ output }) => {
  const names = await (await openCredentials()).list();
  output.data(names, () => names.join('\n'));
};

export const remove: Work = async ({ output, args }) => {
  if (!await (await openCredentials()).remove(args[0]!)) {
    throw new HubError({
      code: 'HUSHU-CLI-12', zh: `没有名为 ${args[0]} 的口令`, en: `There is no credential ${args[0]}`,
      hintZh: '运行 hushu credential list 查看', hintEn: 'See hushu credential list',
    });
  }
  output.data({ removed: args[0] }, args[0]!);
};

/** On a terminal a line that is not shown; otherwise everything there is. */
async function readValue(output: Output): Promise<string> {
  if (process.stdin.isTTY) {
    output.say({ zh: '输入口令(不回显):', en: 'The value (not shown):' });
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
    try {
      return await terminal.question('');
    } finally {
      terminal.close();
    }
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
