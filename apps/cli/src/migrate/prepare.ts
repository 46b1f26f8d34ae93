import { join } from 'node:path';
import { Database, migrate, type MigrationReport, passwordsFrom } from '#database';
import { FeedCatalogue } from '#feeds';
import { loadKeys } from '#keys';
import type { Settings } from '#services';
import { applyContracts } from './contract-tables.js';

/** The store behind `adminUrl`, up to what this checkout and the district say: roles, schemas, tables of contracts. */
export async function prepareStore(settings: Settings, adminUrl: string): Promise<MigrationReport> {
  const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
  const passwordOf = passwordsFrom((name, bytes) => keys.secret(name, bytes));
  const [report, catalogue] = await Promise.all([migrate({ url: adminUrl, passwordOf }), FeedCatalogue.load(settings.HUSHU_CONFIG)]);
  const database = new Database({ url: adminUrl, passwordOf });
  try {
    await applyContracts(database, catalogue.contracts);
  } finally {
    await database.end();
  }
  return report;
}
