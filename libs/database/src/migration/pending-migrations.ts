import pg from 'pg';
import { listMigrations, type Migration } from './migration-files.js';

/** The migrations that the store has not had, or had in another wording. */
export async function pendingMigrations(adminUrl: string): Promise<Migration[]> {
  const migrations = listMigrations();
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows: [ledger] } = await client.query<{ there: boolean }>(`select to_regclass('database.migration') is not null as there`);
    if (!ledger!.there) return migrations;
    const { rows } = await client.query<{ key: string; digest: string }>(`select lib || '/' || name as key, digest from database.migration`);
    const applied = new Map(rows.map(({ key, digest }) => [key, digest]));
    return migrations.filter(({ lib, name, digest }) => applied.get(`${lib}/${name}`) !== digest);
  } finally {
    await client.end();
  }
}
