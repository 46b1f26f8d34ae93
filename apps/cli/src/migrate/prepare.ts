import { join } from 'node:path';
import { migrate, type MigrationReport, passwordsFrom } from '#database';
import { loadKeys } from '#keys';
import type { Settings } from '#services';

/** Roles and schemas of the store behind `adminUrl`, up to what this checkout says. */
export async function prepareStore(settings: Settings, adminUrl: string): Promise<MigrationReport> {
  const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
  return migrate({ url: adminUrl, passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)) });
}
