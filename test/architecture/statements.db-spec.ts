import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { districtStore, ROOT } from './store.js';

/** Everything under a `sql` folder of the libs and apps is one statement. */
const FILES = sqlFiles(['libs', 'apps']).map((path) => ({ name: relative(ROOT, path), text: readFileSync(path, 'utf8') }))
  // The ledger of migrations is what everything else stands on: a script, run by every migration.
  .filter(({ name }) => name !== 'libs/database/src/migration/sql/migration.sql');
const isTemplate = (text: string): boolean => /:\{[a-z_]+\}/.test(text);

describe('statements', () => {
  it.each(FILES)('$name says its grain and its inputs first', ({ text }) => {
    const [first, second] = text.split('\n');
    expect(first).toMatch(/^-- grain: \S/i);
    expect(second).toMatch(/^-- inputs: \S/i);
  });

  describe('without a place to fill', () => {
    let store: Awaited<ReturnType<typeof districtStore>>;
    beforeAll(async () => { store = await districtStore(); });
    afterAll(() => store.close());

    it.each(FILES.filter(({ text }) => !isTemplate(text)))('$name fits the schema', async ({ text }) => {
      await store.admin.query(`prepare fits as ${text.trimEnd().replace(/;$/, '')}`);
      await store.admin.query('deallocate fits');
    });
  });
});

function sqlFiles(folders: string[]): string[] {
  return folders.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)sql\/[^/]+\.sql$/.test(file)).map((file) => join(ROOT, folder, file)));
}
