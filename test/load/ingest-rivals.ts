import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { copyIn } from '#database';
import type { IngestFiles } from './ingest-files.js';
import type { IngestServer } from './ingest-hub.js';

export const BARE = 'bare';

/** A logged table of text with a primary key on the document number: what a delivery is loaded into when nothing is asked of it. */
async function freshTable(server: IngestServer, files: IngestFiles): Promise<void> {
  await server.admin(async (client) => {
    await client.query('drop table if exists delivery');
    await client.query(`create table delivery (${files.columns.map((column) => `"${column}" text${column === files.id ? ' primary key' : ''}`).join(', ')})`);
  }, BARE);
  await server.settle();
}

/** LIMIT: the same file through a bare COPY, committed. @returns milliseconds */
export async function bareCopy(server: IngestServer, files: IngestFiles, encoding: 'utf8' | 'gb18030'): Promise<number> {
  await freshTable(server, files);
  return server.admin(async (client) => {
    const begun = performance.now();
    const copy = copyIn(client, `copy delivery from stdin (format csv, header true, encoding '${encoding}')`);
    await pipeline(createReadStream(encoding === 'utf8' ? files.first : files.firstGb, { highWaterMark: 1 << 19 }), copy);
    const ms = performance.now() - begun;
    const { rows: [{ count }] } = await client.query<{ count: string }>('select count(*) from delivery');
    if (Number(count) !== files.rows) throw new Error(`COPY loaded ${count} of ${files.rows} rows`);
    return ms;
  }, BARE);
}

/** The same file through pgloader into the same table; null where there is no pgloader. */
export async function pgloader(server: IngestServer, files: IngestFiles): Promise<number | null> {
  await freshTable(server, files);
  const commands = join(server.folder, 'pgloader.load');
  const columns = files.columns.map((column) => `"${column}"`).join(', ');
  writeFileSync(commands, `load csv from '${files.first}' with encoding utf-8 (${columns})
    into ${server.urlOf(BARE)} target table public.delivery (${columns})
    with skip header = 1, fields terminated by ',', quote identifiers;\n`, { mode: 0o600 });
  const begun = performance.now();
  const child = spawn('pgloader', ['--quiet', '--no-ssl-cert-verification', commands], { stdio: ['ignore', 'ignore', 'ignore'], cwd: server.folder });
  const missing = once(child, 'error').then(() => true);
  const ended = once(child, 'exit').then(() => false);
  if (await Promise.race([missing, ended])) return null;
  const ms = performance.now() - begun;
  const loaded = await server.admin(async (client) => Number((await client.query<{ count: string }>('select count(*) from delivery')).rows[0]!.count), BARE);
  if (loaded !== files.rows) throw new Error(`pgloader loaded ${loaded} of ${files.rows} rows`);
  return ms;
}
