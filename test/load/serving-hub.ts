import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditWriter, openAccessCases } from '#access';
import { applyPlan, Database, migrate, passwordsFrom, planTables } from '#database';
import { readContracts } from '#feeds';
import { systemClock } from '#kernel';
import { documentTokens, loadKeys } from '#keys';
import { publishedFields, registryTables } from '#registry';
import { inheritedEnvironment, startPostgres, startRedis } from '#services';
import { loadSharing } from '#sharing';
import pg from 'pg';
import { residentOf, ROOT } from './report.js';
import { fillRegistry, idNumberOf } from './serving-people.js';

/** A district's store, a gateway over it and the bare handler beside it, each a process of its own. */
export interface ServingHub {
  gateway: string;
  bare: string;
  token: string;
  /** A call's body for so many people chosen by chance. */
  bodyOf(people: number, fields: string[]): string;
  /** A path of the bare handler for a person chosen by chance. */
  barePath(): string;
  memory(): number;
  stop(): Promise<void>;
}

export async function servingHub(people: number, say: (line: string) => void): Promise<ServingHub> {
  const folder = mkdtempSync(join(tmpdir(), 'hushu-bench-'));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({ dataFolder: folder, port: 55_600 });
  const redis = await startRedis({ dataFolder: folder, cacheFolder: join(homedir(), '.cache', 'hushu'), port: 57_600 });
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    await redis?.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const keys = await loadKeys(join(folder, 'keys'));
    const passwordOf = passwordsFrom((name, bytes) => keys.secret(name, bytes));
    await migrate({ url: postgres.url, passwordOf });
    const database = new Database({ url: postgres.url, passwordOf });
    const { contracts } = await readContracts(join(ROOT, 'config'));
    const owner = await database.connect('migrate');
    await applyPlan(owner, await planTables(owner, registryTables(contracts)));
    await owner.end();

    say(`filling the registry with ${people.toLocaleString('en')} people …`);
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    await fillRegistry(admin, keys, people);
    await admin.end();

    const audit = new AuditWriter(database, keys, systemClock);
    const cases = await openAccessCases(database, keys, audit, systemClock);
    const feeds = contracts.map(({ feed, title, supplier, freshness }) => ({ feed, title, supplier, overdueAfterDays: freshness.overdueAfterDays }));
    await loadSharing(join(ROOT, 'config'), { fields: publishedFields(contracts), feeds }, { database, cases, audit, clock: systemClock });
    // The load is beyond any department's: the quota is lifted, and counted all the same.
    await database.pool('sharing').query(`update sharing.grant_terms set definition = jsonb_set(definition, '{quota}', '{"perSecond": 100000000, "burst": 100000000, "perDay": 100000000000}')`);
    const { client, secret } = await cases.createClient({ department: 'civil-affairs' });
    await Promise.all([cases.close(), audit.end()]);
    await database.end();

    const [gatewayPort, barePort] = [await freePort(), await freePort()];
    const gateway = `http://127.0.0.1:${gatewayPort}`;
    const server = start(children, join(ROOT, 'dist/programs/gateway.js'), [], {
      ...inheritedEnvironment(), NODE_ENV: 'production', HUSHU_DATA: folder, HUSHU_PORT: String(gatewayPort), HUSHU_HOST: '127.0.0.1', HUSHU_PUBLIC_URL: gateway,
      DATABASE_URL: postgres.url, REDIS_URL: redis?.url ?? '',
    });
    await Promise.all([server.ready, start(children, join(import.meta.dirname, 'bare.js'), [postgres.url, String(barePort)], { ...inheritedEnvironment(), NODE_ENV: 'production' }).ready]);
    const reply = await fetch(`${gateway}/oauth/token`, {
      method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }), headers: { authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}` },
    });
    const { access_token: token } = await reply.json() as { access_token: string };
    const someone = (): string => idNumberOf(Math.floor(Math.random() * people));
    return {
      gateway, bare: `http://127.0.0.1:${barePort}`, token,
      bodyOf: (count, fields) => JSON.stringify({
        grant: 'demo-civil-affairs', purpose: { code: 'social-assistance', caseNo: '2025-0001' }, operator: { id: '0012', name: '李科', unit: '社会救助科' },
        by: { idNumbers: Array.from({ length: count }, someone) }, fields,
      }),
      barePath: () => `/person/${documentTokens(keys, [{ kind: '111', number: someone() }])[0]!}`,
      memory: () => server.child.pid === undefined ? 0 : residentOf(server.child.pid),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function start(children: ChildProcess[], file: string, args: string[], env: NodeJS.ProcessEnv): { child: ChildProcess; ready: Promise<void> } {
  // As `hushu up` starts the gateway; the bare handler gets the same room.
  const child = fork(file, args, { env, execArgv: ['--max-semi-space-size=32'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.push(child);
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => { resolve(); });
    child.once('exit', (code) => { reject(new Error(`${file} ended with ${code}`)); });
  });
  return { child, ready };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
