import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Database, passwordsFrom } from '#database';
import { readNeighbours } from '#exchange';
import { HubError, systemClock } from '#kernel';
import { loadKeys, openDocument, type Keys } from '#keys';
import { readOfficerSettings } from '#runs';
import { readGatewaySettings, readSettings } from '#services';
import { createGateway } from './gateway.js';
import { logToStdout } from './http/log.js';
import { openRedis } from './http/redis.js';

try {
  const settings = await readSettings();
  const own = await readGatewaySettings(settings);
  const keys = await loadKeys(join(settings.HUSHU_DATA, 'keys'));
  const database = new Database({
    url: settings.DATABASE_URL!, applicationName: 'hushu-gateway', poolSize: 4, passwordOf: passwordsFrom((name, bytes) => keys.secret(name, bytes)),
  });
  const redis = settings.REDIS_URL === undefined ? undefined : openRedis(settings.REDIS_URL);
  const app = await createGateway({
    database, keys, clock: systemClock, redis, publicUrl: own.HUSHU_PUBLIC_URL, officers: readOfficerSettings(settings.HUSHU_CONFIG), log: logToStdout,
    exchange: { neighbours: await readNeighbours(settings.HUSHU_CONFIG), returns: join(settings.HUSHU_DATA, 'returns') },
    exampleNumber: () => exampleOf(settings.HUSHU_DATA, keys),
  });
  await app.listen(settings.HUSHU_PORT, own.HUSHU_HOST);
  logToStdout({ level: 'info', at: 'gateway', ready: true, port: settings.HUSHU_PORT });
  process.send?.({ ready: true });

  let leaving = false;
  const leave = (): void => {
    if (leaving) return;
    leaving = true;
    // Answers that were begun are finished; the audit ends last.
    void app.close().then(async () => {
      redis?.disconnect();
      await database.end();
      process.exit(0);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
} catch (error) {
  const taken = (error as { code?: string }).code === 'EADDRINUSE';
  logToStdout({
    level: 'error', at: 'gateway',
    ...(error instanceof HubError ? { code: error.code, text: error.text } : { code: taken ? 'HUSHU-GATEWAY-02' : 'HUSHU-GATEWAY-99', error: (error as Error).message }),
  });
  process.exit(1);
}

/** Somebody of the demonstration district, as the start that made it remembers. */
async function exampleOf(dataFolder: string, keys: Keys): Promise<string | undefined> {
  const text = await readFile(join(dataFolder, 'demonstration.json'), 'utf8').catch(() => '{}');
  const { example } = JSON.parse(text) as { example?: string };
  return example === undefined ? undefined : openDocument(keys, example).number;
}
