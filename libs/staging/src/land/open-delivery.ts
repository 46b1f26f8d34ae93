import { stat } from 'node:fs/promises';
import { fileSource, type ByteSource } from '#feeds';
import { HubError } from '#kernel';
import type { Keys } from '#keys';
import type { Run } from '#runs';

/** Device, inode, size and time of a file: what must be the same for it to be the one that was handed in. */
export async function fileStatOf(path: string): Promise<{ bytes: number; stat: string }> {
  const s = await stat(path, { bigint: true });
  return { bytes: Number(s.size), stat: `${s.dev}:${s.ino}:${s.size}:${s.mtimeNs}` };
}

/** The bytes of a run's delivery as they were kept. */
export function storedDelivery(run: Run, path: string, keys: Keys): ByteSource {
  return {
    name: run.fileName,
    size: run.fileBytes,
    async* chunks() {
      for await (const chunk of keys.sealer().openFile(path)) yield chunk as Buffer;
    },
  };
}

/**
 * The bytes of a run's delivery: the file as handed in while it is still that file, else the sealed copy.
 * @throws HubError HUSHU-STAGING-04 when neither is there
 */
export async function openDelivery(run: Run, keys: Keys): Promise<ByteSource> {
  const now = await fileStatOf(run.filePath).catch(() => null);
  if (now !== null && now.stat === run.fileStat) return fileSource(run.filePath);
  const stored = run.storedPath;
  if (stored !== null) return storedDelivery(run, stored, keys);
  throw new HubError({
    code: 'HUSHU-STAGING-04', details: { rule: 'file-gone', run: run.id },
    zh: `批次文件 ${run.fileName} 已不在或已被改动，且尚无加密副本`,
    en: `The delivery's file ${run.fileName} is gone or was changed, and there is no sealed copy yet`,
    hintZh: '请重新交付', hintEn: 'Deliver it again',
  });
}
