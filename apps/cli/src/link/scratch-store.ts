import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '#services';
import pg from 'pg';

const FIRST_PORT = 55_300;

/**
 * Works in a PostgreSQL of its own that is removed afterwards. The work's login owns a schema and nothing else: what a
 * model file says in SQL reaches no file of this machine.
 */
export async function inScratchStore<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hushu-link-'));
  chmodSync(folder, 0o755);
  try {
    const server = await startPostgres({ dataFolder: folder, port: FIRST_PORT, durable: false });
    try {
      const password = randomBytes(16).toString('hex');
      await asClient(server.url, async (client) => {
        await client.query('create extension fuzzystrmatch schema public');
        await client.query(`create role hushu_link login password '${password}'`);
        await client.query('create schema link authorization hushu_link');
        await client.query(`alter role hushu_link set search_path = link, public`);
        await client.query(`alter role hushu_link set work_mem = '256MB'`);
      });
      const url = new URL(server.url);
      [url.username, url.password] = ['hushu_link', password];
      return await asClient(url.href, work);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function asClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: 'hushu link' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
