import { createRequire } from 'node:module';
import { join } from 'node:path';
import { applyContracts } from '../../apps/cli/src/migrate/contract-tables.js';
import { FeedCatalogue } from '#feeds';
import pg from 'pg';
import { testDatabase } from '../support/database.js';

export const ROOT = join(import.meta.dirname, '../..');

/** Who may import whom, as architecture.cjs says. */
export const { libs } = createRequire(import.meta.url)('../../architecture.cjs') as { libs: Record<string, string[]> };

/** A store with every migration and the tables of the district's contracts, looked at by its superuser. */
export async function districtStore(): Promise<{ admin: pg.Client; close(): Promise<void> }> {
  const store = await testDatabase();
  await applyContracts(store.database, (await FeedCatalogue.load(join(ROOT, 'config'))).contracts);
  const admin = new pg.Client({ connectionString: store.url });
  await admin.connect();
  return {
    admin,
    async close() {
      await admin.end();
      await store.drop();
    },
  };
}
