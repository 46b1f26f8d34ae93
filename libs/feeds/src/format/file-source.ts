import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { HubError } from '#kernel';
import type { ByteSource } from './format.js';

const CHUNK = 1 << 20;

/**
 * A delivery that lies in a plain file. Symbolic links are not followed and nothing but a regular file is read; a file
 * that is another one, or has changed, since this call is refused, so that two passes read the same bytes.
 * Two buffers of a mebibyte take turns: while one is worked on, the other is being filled; each is valid until the next is asked for.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const first = await openPlain(path);
  const { identity, size } = first;
  await first.handle.close();

  const again = async (): Promise<FileHandle> => {
    const now = await openPlain(path);
    if (now.identity === identity) return now.handle;
    await now.handle.close();
    throw new HubError({
      code: 'HUSHU-feeds-28', zh: '文件在读取期间被改动。', en: 'The file was changed while it was being read.',
      hintZh: '等供数方写完后再报送。', hintEn: 'Deliver it again once the supplier has finished writing it.', retry: true,
    });
  };
  return {
    name: basename(path),
    size,
    async *chunks() {
      const handle = await again();
      try {
        const buffers = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
        let turn = 0;
        let pending = handle.read(buffers[0], 0, CHUNK, null);
        for (;;) {
          const { bytesRead } = await pending;
          if (bytesRead === 0) return;
          const full = buffers[turn];
          turn = 1 - turn;
          pending = handle.read(buffers[turn], 0, CHUNK, null);
          // Whoever stops early leaves this read behind: its failure is nobody's.
          pending.catch(() => undefined);
          yield full.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    },
    async open() {
      const handle = await again();
      return {
        size,
        read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
        close: () => handle.close(),
      };
    },
  };
}

async function openPlain(path: string): Promise<{ handle: FileHandle; identity: string; size: number }> {
  let handle: FileHandle;
  try {
    // Not to wait for the other end of a pipe.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(cause);
  }
  const stat = await handle.stat({ bigint: true });
  if (stat.isFile()) return { handle, identity: `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}`, size: Number(stat.size) };
  await handle.close();
  throw unreadable();
}

function unreadable(cause?: unknown): HubError {
  return new HubError({
    code: 'HUSHU-feeds-27', zh: '报送文件无法打开，或不是普通文件。', en: 'The delivered file cannot be opened, or is not a plain file.',
    hintZh: '检查路径与权限；不接受符号链接和管道。', hintEn: 'Check its path and permissions; symbolic links and pipes are not taken.', cause,
  });
}
