import type { HubError } from '#kernel';
import type { SourceRow } from '../json-rows.js';
import type { Answer } from './client.js';
import { answerFault, headerOf } from './faults.js';
import type { HttpOptions } from './options.js';

const LONGEST_CURSOR = 4096;
/** Strings, which stay, and numbers of so many digits that a double may not hold them. */
const LONG_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]{14,}/g;

/** One page as the service gives it. */
export interface Page {
  rows: readonly SourceRow[];
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
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(answer.body);
  } catch {
    throw wrong('不是 UTF-8 编码', 'is not UTF-8');
  }
  const parse = (source: string): unknown => {
    try {
      return JSON.parse(source);
    } catch {
      throw wrong('不是 JSON', 'is not JSON');
    }
  };
  let page = parse(text);
  if (hasLongNumber(at(page, options.itemsPath))) page = parse(text.replace(LONG_NUMBERS, (found) => (found.startsWith('"') ? found : `"${found}"`)));
  const rows = at(page, options.itemsPath);
  if (!Array.isArray(rows)) throw wrong(`的 ${options.itemsPath.join('.')} 不是列表`, `has no list at ${options.itemsPath.join('.')}`, { path: options.itemsPath.join('.') });
  const strange = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (strange >= 0) throw wrong(`第 ${strange + 1} 行不是对象`, `row ${strange + 1} is not an object`, { row: strange + 1 });
  const next = wordOf(at(page, options.nextPath));
  if (next === undefined || (next?.length ?? 0) > LONGEST_CURSOR) throw wrong(`的 ${options.nextPath.join('.')} 不能作为游标`, `has no cursor at ${options.nextPath.join('.')}`, { path: options.nextPath.join('.') });
  const asOf = wordOf(at(page, options.asOfPath));
  if (asOf === undefined) throw wrong(`的 ${options.asOfPath.join('.')} 不是时间`, `has no time at ${options.asOfPath.join('.')}`, { path: options.asOfPath.join('.') });
  return { rows: rows as SourceRow[], next, asOf };
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

/** An 18-digit number written without quotes has lost its last digits once it is a double. */
function hasLongNumber(rows: unknown): boolean {
  if (!Array.isArray(rows)) return false;
  for (const row of rows as unknown[]) {
    if (typeof row !== 'object' || row === null) continue;
    for (const key in row) {
      const value = (row as Record<string, unknown>)[key];
      if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return true;
    }
  }
  return false;
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
