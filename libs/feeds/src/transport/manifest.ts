import { transportFault } from './fault.js';

/** What stands at the end of a manifest's name; before it the name of the file it speaks of. */
export const MANIFEST = '.manifest.json';
/** A manifest holds a handful of short values; what is longer is something else. */
export const MANIFEST_BYTES = 65_536;

/** What a supplier says of the file beside it. Keys that are not named here mean nothing. */
export interface Manifest {
  file: string;
  /** Data rows, without a header. */
  rows: number;
  /** SM3 of the file's bytes, hex. */
  sm3: string;
  bytes?: number;
  /** Business time: ISO 8601 with an offset, or YYYYMMDD[HHMMSS] in Chinese time. */
  asOf?: Date;
  mode?: 'full' | 'delta';
  batchNo?: string;
}

/**
 * @param file the name of the file it lies beside
 * @throws HubError with rule `manifest-faulty`, naming the key
 */
export function readManifest(file: string, bytes: Buffer): Manifest {
  const faulty = (key: string, zh: string, en: string): never => {
    throw transportFault('manifest-faulty', `${file} 的清单有误: ${zh}`, `The manifest of ${file} is faulty: ${en}`, { file, key });
  };
  if (bytes.length > MANIFEST_BYTES) faulty('', `超过 ${MANIFEST_BYTES} 字节`, `it is longer than ${MANIFEST_BYTES} bytes`);
  const read = parse(bytes);
  if (read === null) return faulty('', '不是 JSON 对象', 'it is not a JSON object');
  if (read['file'] !== file) faulty('file', 'file 与所在文件不一致', '"file" is not the name of the file it lies beside');
  const rows = count(read['rows']);
  if (rows === null) return faulty('rows', 'rows 应为行数', '"rows" must be a number of rows');
  const sm3 = read['sm3'];
  if (typeof sm3 !== 'string' || !/^[0-9a-f]{64}$/i.test(sm3)) return faulty('sm3', 'sm3 应为 64 位十六进制', '"sm3" must be 64 hexadecimal digits');
  const manifest: Manifest = { file, rows, sm3: sm3.toLowerCase() };
  if (said(read['bytes'])) manifest.bytes = count(read['bytes']) ?? faulty('bytes', 'bytes 应为字节数', '"bytes" must be a number of bytes');
  if (said(read['asOf'])) manifest.asOf = businessTime(read['asOf']) ?? faulty('asOf', 'asOf 应为带时区的时间', '"asOf" must be a time with its offset');
  const mode = read['mode'];
  if (said(mode)) manifest.mode = mode === 'full' || mode === 'delta' ? mode : faulty('mode', 'mode 应为 full 或 delta', '"mode" must be full or delta');
  const batchNo = read['batchNo'];
  if (said(batchNo)) manifest.batchNo = typeof batchNo === 'string' && /^[^\p{Cc}]{1,100}$/u.test(batchNo) ? batchNo : faulty('batchNo', 'batchNo 应为 1 至 100 个字符', '"batchNo" must be 1 to 100 characters');
  return manifest;
}

/** A time as a manifest or a file's name writes it; null when it is none. */
export function businessTime(value: unknown): Date | null {
  if (typeof value !== 'string') return null;
  const [digits, year, month, day, hour = '00', minute = '00', second = '00'] = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$/.exec(value) ?? [];
  const text = digits === undefined ? value : `${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const time = new Date(text);
  // A 31st of April is read as the 1st of May.
  const sameDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) === text.slice(0, 10);
  return Number.isNaN(time.getTime()) || !sameDay ? null : time;
}

function parse(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}

function said(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
