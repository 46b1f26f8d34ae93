import { constants, type BigIntStats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Drop, DROP_OPTIONS, DropTransport } from './drop.js';
import { transportFault } from './fault.js';
import type { TransportKind } from './transport.js';

const CHUNK = 1 << 20;

/** `folder`: files laid into a folder this machine sees (a share, an exchange machine's drop), each with its manifest. */
export const folder: TransportKind = {
  options: { is: 'keys', required: { folder: { is: 'text', like: /^\// } }, optional: DROP_OPTIONS },
  async open(context) {
    return new DropTransport(new FolderDrop(context.options['folder'] as string), context);
  },
};

class FolderDrop implements Drop {
  constructor(readonly place: string) {}

  async list(): Promise<Map<string, string | null>> {
    const lies = new Map<string, string | null>();
    try {
      for (const entry of await readdir(this.place, { withFileTypes: true })) {
        if (entry.isDirectory()) continue;
        const identity = await this.identity(entry.name);
        // Null of a plain file: it has gone since.
        if (identity !== null || !entry.isFile()) lies.set(entry.name, identity);
      }
    } catch (cause) {
      throw this.fault(cause);
    }
    return lies;
  }

  async identity(name: string): Promise<string | null> {
    try {
      return identityOf(await lstat(join(this.place, name), { bigint: true }));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw this.fault(cause, name);
    }
  }

  async* chunks(name: string, identity: string): AsyncGenerator<Buffer, void, void> {
    const handle = await this.open(name);
    try {
      const check = async (): Promise<void> => {
        if (identityOf(await handle.stat({ bigint: true })) !== identity) throw changed(name);
      };
      await check();
      const buffer = Buffer.allocUnsafeSlow(CHUNK);
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, CHUNK, null);
        if (bytesRead === 0) break;
        yield buffer.subarray(0, bytesRead);
      }
      await check();
    } catch (cause) {
      throw this.fault(cause, name);
    } finally {
      await handle.close();
    }
  }

  async move(name: string, to: string): Promise<void> {
    try {
      await mkdir(dirname(join(this.place, to)), { recursive: true });
      await rename(join(this.place, name), join(this.place, to));
    } catch (cause) {
      throw this.fault(cause, name);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await rm(join(this.place, name));
    } catch (cause) {
      throw this.fault(cause, name);
    }
  }

  async close(): Promise<void> {}

  private async open(name: string): Promise<FileHandle> {
    try {
      // Not to wait for the other end of a pipe that took the file's place.
      return await open(join(this.place, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (cause) {
      throw this.fault(cause, name);
    }
  }

  /** @param name of a file that was there a moment ago */
  private fault(cause: unknown, name?: string): unknown {
    const code = (cause as NodeJS.ErrnoException).code;
    if (name !== undefined && (code === 'ENOENT' || code === 'ELOOP')) return changed(name, cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return transportFault('transport-source', `文件夹 ${this.place} 不存在`, `There is no folder ${this.place}`, { folder: this.place }, cause);
    }
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      const what = name === undefined ? this.place : join(this.place, name);
      return transportFault('transport-source', `没有 ${what} 的访问权限`, `${what} may not be used`, { folder: this.place }, cause);
    }
    if (code === 'EIO' || code === 'ESTALE' || code === 'ETIMEDOUT' || code === 'EHOSTDOWN' || code === 'ENOTCONN') {
      return transportFault('transport-broken', `读取文件夹 ${this.place} 时中断 (${code})`, `Reading the folder ${this.place} broke off (${code})`, { folder: this.place, code }, cause);
    }
    return cause;
  }
}

function identityOf(stat: BigIntStats): string | null {
  return stat.isFile() ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}` : null;
}

function changed(file: string, cause?: unknown): unknown {
  return transportFault('transport-changed', `${file} 在读取期间被改动或替换`, `${file} was changed or replaced while it was read`, { file }, cause);
}
