import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { findChromium, openChromium } from '../support/chromium.js';
import { testGateway, type TestGateway } from '../support/gateway.js';

const program = findChromium();

/** The gateway's pages as a browser shows them. */
(program === undefined ? describe.skip : describe)('pages in Chromium', () => {
  let hub: TestGateway, browser: Browser, base: string;

  beforeAll(async () => {
    hub = await testGateway();
    await hub.loadGrants([{ grant: 'demo' }]);
    await hub.addPeople([{ idNumber: '37039919900101001X', facets: {} }]);
    await hub.app.listen(0, '127.0.0.1');
    base = `http://127.0.0.1:${(hub.app.getHttpServer().address() as AddressInfo).port}`;
    browser = await openChromium(program!);
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.close();
  });

  /** Opens a page; whatever it complains of fails the test. */
  async function look(path: string, width: number, check: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
    page.on('request', (request) => { if (!request.url().startsWith(base) && !request.url().startsWith('data:')) complaints.push(`asks ${request.url()}`); });
    try {
      await page.goto(base + path);
      await check(page);
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
    }
  }

  const overflow = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

  it.each([1280, 390])('the front page shows feeds, runs and counts, %d pixels wide', async (width) => {
    await look('/', width, async (page) => {
      await page.waitForSelector('#feeds tr');
      const { people, feeds } = await (await fetch(`${base}/v1/status`)).json() as { people: { registered: number }; feeds: { title: { zh: string } }[] };
      expect(await page.textContent('#registered')).toBe(people.registered.toLocaleString('en'));
      expect(await page.locator('#feeds tr').count()).toBe(feeds.length);
      expect(await page.textContent('#feeds')).toContain(feeds[0]!.title.zh);
      expect(await page.textContent('pre')).toContain(`/v1/persons/query`);
      expect(await overflow(page)).toBe(0);
    });
  });

  it('a wide enough page shows its tables whole', async () => {
    await look('/', 1280, async (page) => {
      await page.waitForSelector('#feeds tr');
      expect(await page.evaluate(`[...document.querySelectorAll('.card')].map((card) => card.scrollWidth - card.clientWidth)`)).toEqual([0, 0]);
    });
  });

  it('the documentation lists every call and opens one', async () => {
    await look('/docs', 1280, async (page) => {
      await page.waitForSelector('.opblock');
      const { paths } = await (await fetch(`${base}/openapi.json`)).json() as { paths: Record<string, object> };
      expect(await page.locator('.opblock').count()).toBe(Object.values(paths).flatMap((path) => Object.keys(path)).length);
      await page.locator('.opblock-summary-path', { hasText: '/v1/persons/query' }).click();
      await page.waitForSelector('.opblock.is-open .opblock-body');
    });
  });

  it('a problem is explained under its own address', async () => {
    await look('/problems/field-not-granted', 390, async (page) => {
      expect(await page.textContent('footer')).toContain('403');
      expect(await overflow(page)).toBe(0);
    });
  });
});
