import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { startBucket } from '../support/bucket.js';
import { hasOpenssl, makeCertificate } from '../support/certificates.js';
import { emptyDatabase } from '../support/database.js';
import { manifestOf } from '../support/drops.js';
import { JsonService, type Mishap } from '../support/json-service.js';
import { startOpenSsh } from '../support/openssh.js';
import { CITY, UpstreamHub } from '../support/upstream-hub.js';
import { startSignatureGuard } from '../support/signed.js';
import { startWire } from '../support/wire.js';
import { PARCELS, SECRET, type Stage } from './stage.js';

type Options = Record<string, unknown>;

/** Suppliers' servers, and what a contract says of its transport to reach them; `more` says otherwise. */
export interface Suppliers {
  /** The address of a service to which this happens each time. */
  service(mishap?: Mishap): string;
  /** A table "parcel" with the contract's columns, and "renamed" with another name for one. */
  table(more?: Options): Options;
  bucket(more?: Options): Options;
  /** The bucket of a service whose clock is wrong. */
  skewed: Options;
  /** A bucket with a large file whose line is cut in the middle of it. */
  cutBucket<T>(work: (options: Options) => Promise<T>): Promise<T>;
  sftp?: (more?: Options) => Options;
  /** Services that show a certificate: one that has expired, one of an authority nobody knows. */
  secure?: { expired: Options; unknown: Options };
  /** The city's hub, which has lost the second of three deliveries it had numbered. */
  gappedHub: Options;
  /** Words that are another at each start, with what stands for them in the list. */
  words(): [string, string][];
  stop(): Promise<void>;
}

export async function startSuppliers({ credentials, config }: Pick<Stage, 'credentials' | 'config'>): Promise<Suppliers> {
  const stopping: (() => unknown)[] = [];
  for (const name of ['wrong-password', 'wrong-token', 'wrong-key-of-no-shape']) await credentials.set(name, SECRET);
  const service = await JsonService.start({ rows: [{ 编号: '1', 经度: '118.1' }] });
  stopping.push(() => service.stop());

  const database = await emptyDatabase();
  stopping.push(() => database.drop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { hostname: host, port, pathname } = new URL(database.url);
  const login = `reader_of_${pathname.slice(1)}`;
  await client.query(`create role ${login} login password 'right'`);
  await client.query('create table renamed ("编号" text, "东经" text)');
  await client.query(`grant select on renamed to ${login}`);
  stopping.push(async () => {
    await client.query(`drop owned by ${login}; drop role ${login}`);
    await client.end();
  });
  await credentials.set('right', 'right');

  const bucket = await startBucket();
  const wire = await startWire(bucket.port);
  stopping.push(() => bucket.stop(), () => wire.close());
  await credentials.set('bucket', bucket.key);
  const bucketOptions = (more: Options = {}): Options => ({ kind: 's3', endpoint: `http://127.0.0.1:${wire.port}`, bucket: bucket.name, credential: 'bucket', ...more });

  const guard = await startSignatureGuard(bucket.port, bucket.key.split(':')[1]!);
  guard.clock(3_600_000, false);
  stopping.push(() => guard.close());

  const server = await startOpenSsh();
  if (server !== undefined) {
    stopping.push(() => server.stop());
    await credentials.set('sftp', server.key);
  }
  const { secure, stop } = await secureServices();
  stopping.push(stop);
  const hub = await UpstreamHub.start({ gives: [PARCELS], takerKey: 'none' });
  stopping.push(() => hub.close());
  hub.enter(config);
  await credentials.set(CITY, hub.pass);
  for (const day of [1, 2, 3]) await hub.publish(PARCELS, `rows.2025060${day}.csv`, `编号,经度\n${day},118.1\n`, 1, 'full');
  await hub.admin.query('delete from exchange.offer where sequence = 2');

  return {
    gappedHub: { kind: 'hub', hub: CITY },
    service: (mishap) => {
      service.meets(() => mishap);
      return service.url();
    },
    table: (more) => ({ kind: 'postgres', host, port: Number(port), database: pathname.slice(1), table: 'renamed', user: login, credential: 'right', ...more }),
    bucket: bucketOptions,
    skewed: bucketOptions({ endpoint: `http://127.0.0.1:${guard.port}` }),
    async cutBucket(work) {
      const big = Buffer.alloc(4_000_000, '1,118.1\n');
      for (const [name, Body] of [['rows.20250601.csv', big], ['rows.20250601.csv.manifest.json', manifestOf('rows.20250601.csv', big)]] as const) {
        await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: name, Body }));
      }
      wire.fail({ bytes: 2_000_000, how: 'cut' });
      return work(bucketOptions());
    },
    ...(server === undefined ? {} : {
      sftp: (more) => ({ kind: 'sftp', host: '127.0.0.1', port: server.port, user: server.user, folder: server.folder, hostKey: server.hostKey, credential: 'sftp', ...more }),
    }),
    ...(secure === undefined ? {} : { secure }),
    words: () => [[login, 'hub_reader'], [pathname.slice(1), 'front'], ...(server === undefined ? [] : [[server.hostKey, 'SHA256:…'] as [string, string]])],
    async stop() {
      for (const one of stopping.reverse()) await one();
    },
  };
}

async function secureServices(): Promise<{ secure?: Suppliers['secure']; stop(): Promise<void> }> {
  if (!hasOpenssl) return { stop: async () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'hushu-authority-'));
  const authority = await makeCertificate(folder, 'fiction-authority', 'authority.invalid', null);
  const services: JsonService[] = [];
  const behind = async (name: string, days: { from: string; until: string } | null): Promise<string> => {
    const service = await JsonService.start({ rows: [], tls: await makeCertificate(folder, name, '127.0.0.1', authority, days) });
    services.push(service);
    return service.url();
  };
  return {
    secure: {
      expired: { url: await behind('front-service', { from: '20240101000000Z', until: '20250101000000Z' }), ca: authority.certFile },
      unknown: { url: await behind('other-service', { from: '20240101000000Z', until: '20480101000000Z' }) },
    },
    async stop() {
      for (const service of services) await service.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
