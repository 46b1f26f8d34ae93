import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '#kernel';
import type { Sealer } from '../seal/sealer.js';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const SUFFIX = '.sealed';

/** Passwords and keys of suppliers' services, each sealed in a file of its own; contracts only name them. */
export class CredentialStore {
  constructor(private readonly folder: string, private readonly sealer: Sealer) {}

  /** What the credential holds; null when there is none. @throws HubError HUSHU-KEYS-15 when that is no name */
  async read(name: string): Promise<string | null> {
    try {
      return this.sealer.openBytes(await readFile(this.place(name))).toString();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** Keeps a value under a name, whole or not at all, in place of what was there. */
  async set(name: string, value: string): Promise<void> {
    const path = this.place(name);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const part = `${path}.${randomBytes(4).toString('hex')}.part`;
    try {
      const file = await open(part, 'wx', 0o600);
      try {
        await file.writeFile(this.sealer.sealBytes(Buffer.from(value)));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  /** @returns false when there was none */
  async remove(name: string): Promise<boolean> {
    try {
      await rm(this.place(name));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** The names there are. */
  async list(): Promise<string[]> {
    const files = await readdir(this.folder).catch(() => []);
    return files.filter((file) => file.endsWith(SUFFIX)).map((file) => file.slice(0, -SUFFIX.length)).sort();
  }

  private place(name: string): string {
    if (!NAME.test(name) || name.length > 100) {
      throw new HubError({
        code: 'HUSHU-KEYS-15', zh: '这不是口令的名称。', en: 'That is no name of a credential.',
        hintZh: '名称用小写字母、数字与连字符，如 civil-affairs-sftp。', hintEn: 'A name is lower-case letters, digits and hyphens, such as civil-affairs-sftp.',
      });
    }
    return join(this.folder, `${name}${SUFFIX}`);
  }
}
