import { isUtf8 } from 'node:buffer';
import type { HubError } from '#kernel';
import type { Answer } from './client.js';
import { answerFault, headerOf } from './faults.js';
import type { HttpOptions } from './options.js';
import { cutRows } from './rows.js';

const LONGEST_CURSOR = 4096;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');
/** One page as the service gives it. */
export interface Page {
  rows: number;
  /** A row a line, each as the service wrote it. */
  lines: Buffer;
  /** Null on the last. */
  next: string | null;
  /** The service's own words for its business time. */
  asOf: string | null;
}

/** @throws HubError transport-answer, naming what is wrong and nothing of what stands there */
export function readPage(url: URL, answer: Answer, options: HttpOptions, nth: number): Page {
  const details = { page: nth };
  const wrong = (zh: string, en: string, more: Record<string, unknown> = {}): HubError => answerFault(url, answer, `第 ${nth} 页${zh}`, `page ${nth} ${en}`, { ...details, ...more });
  if (headerOf(answer.headers, 'content-type')?.includes('html') === true) throw wrong('是网页而不是 JSON (可能是登录页)', 'is a web page, not JSON (a login page, perhaps)');
  if (!isUtf8(answer.body)) throw wrong('不是 UTF-8 编码', 'is not UTF-8');
  const bytes = answer.body.subarray(answer.body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0);
  const cut = cutRows(bytes, options.itemsPath);
  const noJson = (): HubError => wrong('不是 JSON', 'is not JSON');
  if (cut.found === 'no rows') throw noJson();
  if (cut.found === 'no object') throw wrong(`第 ${cut.at} 行不是对象`, `row ${cut.at} is not an object`, { row: cut.at });
  let page: unknown;
  try {
    page = JSON.parse(cut.found === 'no list' ? bytes.toString() : cut.rest);
  } catch {
    throw noJson();
  }
  const list = at(page, options.itemsPath);
  // A name that stands twice would mean the second, whose rows were not cut out.
  if (cut.found !== 'rows' || !Array.isArray(list) || list.length > 0) {
    throw wrong(`的 ${options.itemsPath.join('.')} 不是列表`, `has no list at ${options.itemsPath.join('.')}`, { path: options.itemsPath.join('.') });
  }
  const next = wordOf(at(page, options.nextPath));
  if (next === undefined || (next?.length ?? 0) > LONGEST_CURSOR) throw wrong(`的 ${options.nextPath.join('.')} 不能作为游标`, `has no cursor at ${options.nextPath.join('.')}`, { path: options.nextPath.join('.') });
  const asOf = wordOf(at(page, options.asOfPath));
  if (asOf === undefined) throw wrong(`的 ${options.asOfPath.join('.')} 不是时间`, `has no time at ${options.asOfPath.join('.')}`, { path: options.asOfPath.join('.') });
  return { rows: cut.rows, lines: cut.lines, next, asOf };
}

function at(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** Null: nothing there. Undefined: something there that is no word. */
function wordOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** ISO 8601, YYYYMMDD[HHMMSS] or seconds or milliseconds since 1970; without a zone in Chinese time. Null: none of them. */
export function timeOf(text: string): Date | null {
  if (/^\d{10}$/.test(text) || /^\d{13}$/.test(text)) return new Date(Number(text) * (text.length === 10 ? 1000 : 1));
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ]?(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(text.trim());
  if (parts === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = '+08:00'] = parts;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()}`);
  return Number.isNaN(time.getTime()) ? null : time;
}
