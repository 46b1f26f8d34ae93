import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { HubError } from '#kernel';

/** Two records that are, or may be, one. */
export interface Pair {
  left: string;
  right: string;
  /** Evidence for one against two, in bits. */
  weight: number;
  probability: number;
  decision: 'auto' | 'review';
}

const HEADER = 'left_id,right_id,weight,probability,decision\n';
const PIECE = 256 << 10;

/**
 * Writes pairs as CSV (RFC 4180, LF), beside their place first and put there when they are whole: what stood there before stays until then.
 * @returns how many were written
 */
export async function writePairs(file: string, pairs: AsyncIterable<Pair>): Promise<number> {
  const part = `${file}.${randomUUID()}.part`;
  let count = 0;
  try {
    const handle = await open(part, 'wx').catch((cause: unknown) => {
      throw unwritable(file, cause);
    });
    try {
      let text = HEADER;
      for await (const { left, right, weight, probability, decision } of pairs) {
        count++;
        text += `${cell(left)},${cell(right)},${fixed(weight, 4)},${fixed(probability, 6)},${decision}\n`;
        if (text.length < PIECE) continue;
        await put(file, handle, text);
        text = '';
      }
      await put(file, handle, text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file).catch((cause: unknown) => {
      throw unwritable(file, cause);
    });
  } catch (cause) {
    await rm(part, { force: true });
    throw cause;
  }
  return count;
}

async function put(file: string, handle: { writeFile(text: string): Promise<void> }, text: string): Promise<void> {
  await handle.writeFile(text).catch((cause: unknown) => {
    throw unwritable(file, cause);
  });
}

/** Quoted where a reader would otherwise see something else: spaces at an end are trimmed by many, this hub's own reader too. */
function cell(id: string): string {
  return /[",\r\n]|^\s|\s$/.test(id) ? `"${id.replaceAll('"', '""')}"` : id;
}

/** At most so many decimals, none for their own sake. A probability below one is never written as one. */
function fixed(value: number, decimals: number): string {
  const text = String(Number(value.toFixed(decimals)));
  return decimals === 6 && text === '1' && value < 1 ? '0.999999' : text === '-0' ? '0' : text;
}

function unwritable(file: string, cause: unknown): HubError {
  return new HubError({
    code: 'HUSHU-LINKAGE-31', zh: `${file}：无法写入。`, en: `${file}: it cannot be written.`,
    hintZh: '检查文件夹是否存在、有无写权限、磁盘有无空间。', hintEn: 'See that its folder exists and may be written to, and that there is room on the disk.',
    details: { file }, cause,
  });
}
