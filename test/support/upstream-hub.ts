import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuditWriter, openAccessCases } from '#access';
import { Offers, type Neighbours } from '#exchange';
import { systemClock } from '#kernel';
import { loadKeys, type Keys } from '#keys';
import pg from 'pg';
import { createGateway } from '../../apps/gateway/src/gateway.js';
import type { Certificate } from './certificates.js';
import { testDatabase, type TestDatabase } from './database.js';
import { startWire, type Wire } from './wire.js';

/** What stands in the file of whoever takes from it. */
export const CITY = 'city';
export const DISTRICT = 'district';

/** `tls`: what it shows to who calls; `authority`: the file of whom that is by. `takerKey`: what the taker signs by. */
export interface UpstreamParts { gives: string[]; takerKey: string; tls?: { shown: Certificate; authority: string } }

/**
 * A hub as its neighbours meet it: the gateway itself at a port, over a store of its own. It has no worker: what it
 * gives is laid into its ledger as published, and numbered as a worker does.
 */
export class UpstreamHub {
  private constructor(
    private readonly folder: string, readonly store: TestDatabase, readonly keys: Keys, readonly admin: pg.Client, private readonly audit: AuditWriter,
    private readonly app: NestFastifyApplication, private readonly offers: Offers, private readonly wire: Wire | null, readonly url: string, readonly pass: string,
    private readonly authority: string | null,
  ) {}

  static async start({ gives, takerKey, tls }: UpstreamParts): Promise<UpstreamHub> {
    const folder = mkdtempSync(join(tmpdir(), 'hushu-upstream-'));
    const [store, keys] = [await testDatabase(), await loadKeys(join(folder, 'keys'))];
    const { database } = store;
    const admin = new pg.Client({ connectionString: store.url });
    admin.on('error', () => undefined);
    await admin.connect();
    const neighbours: Neighbours = {
      self: { hub: CITY, title: { zh: '虚构市', en: 'Fiction City' } },
      list: [{ hub: DISTRICT, title: { zh: '虚构区', en: 'Fiction District' }, relation: 'downstream', keys: [takerKey], call: null, gives: gives.map((feed) => ({ feed, product: feed })) }],
    };
    const audit = new AuditWriter(database, keys, systemClock);
    const cases = await openAccessCases(database, keys, audit, systemClock);
    await cases.putDepartment({ id: 'data-office', nameZh: '数据局', nameEn: 'Data office', hub: true });
    const { client, secret } = await cases.createClient({ department: 'data-office', scopes: ['exchange'], neighbour: DISTRICT });
    await cases.close();
    const app = await createGateway({
      database, keys, clock: systemClock, redis: undefined, publicUrl: 'http://city.invalid', officers: { release: { people: 2 } }, exchange: { neighbours, returns: join(folder, 'returns') }, log: () => undefined,
    });
    await app.listen(0, '127.0.0.1');
    const { port } = new URL(await app.getUrl());
    const wire = tls === undefined ? null : await startWire(Number(port), { key: tls.shown.key, cert: tls.shown.cert });
    const url = wire === null ? `http://127.0.0.1:${port}` : `https://127.0.0.1:${wire.port}`;
    return new UpstreamHub(folder, store, keys, admin, audit, app, new Offers({ database, keys, clock: systemClock, neighbours, audit }), wire, url, `${client.id}:${secret}`, tls?.authority ?? null);
  }

  /** Enters it with a taker as neighbour, and what that one is called itself. The credential is called `city`. */
  enter(config: string, more: { ca?: boolean } = {}): void {
    for (const part of ['hubs', 'settings']) mkdirSync(join(config, part), { recursive: true });
    writeFileSync(join(config, 'settings/hub.yaml'), `hub: ${DISTRICT}\ntitle: { zh: 虚构区, en: Fiction District }\n`);
    writeFileSync(join(config, 'hubs', `${CITY}.yaml`), [
      `hub: ${CITY}`, 'title: { zh: 虚构市, en: Fiction City }', 'relation: upstream', `keys: [${this.keys.hubSigner().publicKey}]`, `url: ${this.url}`, `credential: ${CITY}`,
      this.authority === null ? 'insecure: true' : more.ca === false ? '' : `ca: ${this.authority}`, '',
    ].join('\n'));
  }

  /** A delivery that it has published and offers. @param rows as its ledger counted them */
  async publish(feed: string, fileName: string, content: Buffer | string, rows: number, mode: 'full' | 'delta' = 'delta'): Promise<number> {
    const bytes = Buffer.from(content);
    const path = join(this.folder, `${feed}-${createHash('sm3').update(bytes).update(fileName).digest('hex').slice(0, 16)}.sealed`);
    await pipeline(Readable.from([bytes]), this.keys.sealer().sealStream(), createWriteStream(path));
    const { rows: [{ id }] } = await this.admin.query<{ id: number }>(
      `insert into runs.run (feed, file_name, file_path, file_bytes, file_stat, contract_version, mode, as_of, accepted_at, ended_at, state, stored_path, rows_read)
       values ($1, $2, '', $3, '', 'v1', $4, to_date(substring($2 from '\\d{8}'), 'YYYYMMDD'), clock_timestamp(), clock_timestamp(), 'published', $5, $6) returning id`,
      [feed, fileName, bytes.length, mode, path, rows]);
    await this.offers.offerNew();
    return id;
  }

  async close(): Promise<void> {
    await this.wire?.close();
    await this.app.close();
    await this.audit.end();
    await this.admin.end();
    await this.store.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
