import { chmod, link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { Keys } from './keys.js';

const FILE = 'root.key';
const HEADER = '# Hushu root keys: epoch, key. Whoever holds this file reads every number; without it nobody does. Keep a copy apart from the data.\n';
const LINE = /^([1-9]\d{0,3}) ([0-9a-f]{64})$/;

/** Reads `root.key` of the folder; makes folder and key on first use. Two processes that start at once get the same key. */
export async function loadKeys(dir: string): Promise<Keys> {
  const path = join(dir, FILE);
  try {
    return await read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await create(dir, path);
  return read(path);
}

async function read(path: string): Promise<Keys> {
  let mode: number, text: string;
  try {
    mode = (await stat(path)).mode;
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw cause;
    throw new HubError({
      code: 'HUSHU-KEYS-01', zh: '无法读取根密钥文件。', en: 'The root key file cannot be read.',
      hintZh: `请检查 ${path} 的属主与权限。`, hintEn: `Check the owner and mode of ${path}.`, cause,
    });
  }
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new HubError({
      code: 'HUSHU-KEYS-02', zh: '根密钥文件对其他用户可读，拒绝使用。', en: 'The root key file is open to other users; it is not used.',
      hintZh: `请执行 chmod 600 ${path}。`, hintEn: `Run chmod 600 ${path}.`,
    });
  }
  const epochs = new Map<number, Buffer>();
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    const epoch = Number(match?.[1]);
    if (match?.[2] === undefined || epochs.has(epoch)) throw malformed(path, i + 1);
    epochs.set(epoch, Buffer.from(match[2], 'hex'));
  }
  if (epochs.size === 0) throw malformed(path, 1);
  return new Keys(epochs);
}

function malformed(path: string, line: number): HubError {
  return new HubError({
    code: 'HUSHU-KEYS-03', zh: `根密钥文件第 ${line} 行不合格式。`, en: `Line ${line} of the root key file is malformed.`,
    hintZh: `请从备份恢复 ${path}；切勿删除，否则数据无法解读。`, hintEn: `Restore ${path} from its copy; do not delete it, or the data stay unreadable.`,
    details: { line },
  });
}

/** Written whole under another name, then linked: the name appears complete or not at all, and the first one wins. */
async function create(dir: string, path: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(part, 'wx', 0o600);
  try {
    await file.writeFile(`${HEADER}1 ${randomBytes(32).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await chmod(part, 0o600);
    await link(part, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(part);
  }
}
