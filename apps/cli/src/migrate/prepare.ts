import { join } from 'node:path';
import { Database, migrate, type MigrationReport, passwordsFrom } from '#database';
import { FeedCatalogue } from '#feeds';
import { loadKeys } from '#keys';
import type { Settings } from '#services';
import { applyContracts } from './contract-tables.js';
import { noteContracts } from './note-contracts.js';
import { noteSettings } from './note-settings.js';

/** The store behind `adminUrl`, up to what this checkout and the district say: roles, schemas, tables of contracts. */
export async function prepareStore(settings: Settings, adminUrl: string): Promise<MigrationReport> {
  return (await preparation(settings))({ adminUrl, ...(settings.REDIS_URL === undefined ? {} : { redisUrl: settings.REDIS_URL }) });
}

/** The same in two steps: everything that needs no store is read first, while the store may still be starting. */
export async function preparation(settings: Settings): Promise<(store: { adminUrl: string; redisUrl?: string }) => Promise<MigrationReport>> {
  const [keys, catalogue] = await Promise.all([loadKeys(join(settings.HUSHU_DATA, 'keys')), FeedCatalogue.load(settings.HUSHU_CONFIG)]);
  const passwordOf = passwordsFrom((name, bytes) => keys.secret(name, bytes));
  return async ({ adminUrl, redisUrl }) => {
    const report = await migrate({ url: adminUrl, passwordOf });
    const database = new Database({ url: adminUrl, passwordOf });
    try {
      await applyContracts(database, catalogue.contracts);
      await noteContracts(database, catalogue, 'migrate');
      await noteSettings(database, settings.HUSHU_CONFIG, 'migrate');
      if (redisUrl === undefined) await queuesOnPostgres(database);
    } finally {
      await database.end();
    }
    return report;
  };
}

async function queuesOnPostgres(database: Database): Promise<void> {
  const { prepareQueues } = await import('#runs/queue');
  const owner = await database.connect('migrate');
  try {
    await prepareQueues(owner);
  } finally {
    await owner.end();
  }
}
