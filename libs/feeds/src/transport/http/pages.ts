import type { HubError } from '#kernel';
import type { Answer, HttpClient } from './client.js';
import { answerFault } from './faults.js';
import type { HttpOptions } from './options.js';
import { readPage, type Page } from './page.js';

/** Pages without a row that may follow one another before the service is taken to lead nowhere. */
const EMPTY_PAGES = 1000;

/** Where a reading of all pages begins, and with what the service was asked. */
export interface FirstPage { url: URL; answer: Omit<Answer, 'body'>; page: Page }

/** @param since what the last accepted fetch left. @returns null when the service has nothing new since that ETag */
export async function firstPage(client: HttpClient, options: HttpOptions, since: string | null, etag: string | null, signal: AbortSignal): Promise<{ answer: Omit<Answer, 'body'>; url: URL; page: Page | null }> {
  const url = new URL(options.url);
  url.searchParams.set(options.pageSizeParameter, String(options.pageSize));
  if (since !== null && options.sinceParameter !== null) url.searchParams.set(options.sinceParameter, since);
  const answer = await client.get(url, etag, signal);
  const { body, ...rest } = answer;
  return { url, answer: rest, page: answer.status === 304 ? null : readPage(url, { ...rest, body }, options, 1) };
}

/** Every page in order. The next is fetched while the one before is used; no more than two are held at a time. */
export async function* allPages(client: HttpClient, options: HttpOptions, first: FirstPage, signal: AbortSignal): AsyncGenerator<Page, void, void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const seen = new Set<string>();
  let empty = 0;
  const after = (page: Page, nth: number, from: { url: URL; answer: Omit<Answer, 'body'> }): Promise<Fetched> | null => {
    if (page.next === null) return null;
    const wrong = (zh: string, en: string): HubError => answerFault(from.url, from.answer, `第 ${nth} 页${zh}`, `page ${nth} ${en}`, { page: nth });
    empty = page.rows === 0 ? empty + 1 : 0;
    if (seen.has(page.next)) throw wrong('的游标先前已给过，翻页不会结束', 'gives a cursor it gave before: the pages would never end');
    if (empty >= EMPTY_PAGES) throw wrong(`之前已有 ${empty} 页没有数据，翻页不会结束`, `is the ${empty}th without a row: the pages would never end`);
    seen.add(page.next);
    const url = new URL(first.url);
    url.searchParams.set(options.cursorParameter, page.next);
    const coming = fetchPage(client, options, url, nth + 1, either);
    // Awaited when its turn comes; until then its failure is nobody's.
    coming.catch(() => undefined);
    return coming;
  };
  try {
    let fetched: Fetched = first;
    for (let nth = 1; ; nth++) {
      const { page } = fetched;
      const coming = after(page, nth, fetched);
      yield page;
      if (coming === null) return;
      fetched = await coming;
    }
  } finally {
    over.abort();
  }
}

type Fetched = FirstPage;

async function fetchPage(client: HttpClient, options: HttpOptions, url: URL, nth: number, signal: AbortSignal): Promise<Fetched> {
  const answer = await client.get(url, null, signal);
  const page = readPage(url, answer, options, nth);
  const { status, headers, at } = answer;
  return { url, answer: { status, headers, at }, page };
}
