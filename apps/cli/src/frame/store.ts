import { join } from 'node:path';
import { Database, passwordsFrom } from '#database';
import { HubError } from '#kernel';
import { type Keys, loadKeys } from '#keys';
import { DataFolder, readSettings, type Settings } from '#services';

/** What a command needs to talk to the hub's store. */
export interface Store {
  settings: Settings;
  keys: Keys;
  database: Database;
  /** Undefined when the queues run on PostgreSQL. */
  redisUrl: string | undefined;
  /** Undefined for a store that no `hushu up` on this machine serves. */
  gatewayUrl: string | undefined;
  end(): Promise<void>;
}

/** Opens the store of DATABASE_URL, or of the hub that runs on HUSHU_DATA. Throws HUSHU-CLI-01 when there is neither. */
export async function openStore(over: Parameters<typeof readSettings>[0] = {}): Promise<Store> {
  const settings = await readSettings(over);
  const hub = new DataFolder(settings.HUSHU_DATA).findHub();
  const url = settings.DATABASE_URL ?? hub?.databaseUrl;
  if (!url) throw notRunning(settings.HUSHU_DATA);
  const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
  const database = new Database({ url, passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)), applicationName: 'hushu-cli' });
  return {
    settings, keys, database, redisUrl: settings.REDIS_URL ?? hub?.redisUrl, gatewayUrl: hub?.gatewayUrl,
    end: () => database.end(),
  };
}

/** Does some work with the store and closes it. */
export async function withStore<T>(work: (store: Store) => Promise<T>, over?: Parameters<typeof openStore>[0]): Promise<T> {
  const store = await openStore(over);
  try {
    return await work(store);
  } finally {
    await store.end();
  }
}

function notRunning(folder: string): HubError {
  return new HubError({
    code: 'HUSHU-CLI-01',
    zh: `${folder} 上没有正在运行的户枢`,
    en: `No hub runs on ${folder}`,
    hintZh: '先运行 npm start,或设 DATABASE_URL',
    hintEn: 'Run npm start first, or set DATABASE_URL',
    retry: true,
  });
}
