import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { AuditWriter, Caller } from '#access';
import { loadSql, type Database } from '#database';
import { STATEMENT, type ContractDefinition, type HubManifest } from '#feeds';
import type { Clock } from '#kernel';
import { signStatement, type Keys } from '#keys';
import { contractsInForce, killPoint } from '#runs';
import type { Neighbour, Neighbours } from '../neighbour/neighbours.js';
import { catalogueOf, type CatalogueEntry, type ProductMetadata } from './catalogue.js';
import { refusal } from './refusals.js';

export interface OfferParts { database: Database; keys: Keys; clock: Clock; neighbours: Neighbours; audit: AuditWriter }

interface Unoffered { run: number; mode: 'full' | 'delta'; batch_no: string | null; as_of: Date; file_name: string; file_bytes: number; stored_path: string; contract_version: string; rows_read: number }

/** A delivery of ours that a neighbour may take. */
export interface Offer { hub: string; feed: string; sequence: number; run: number; storedPath: string; bytes: number; rows: number; sm3: string }

const COLUMNS = 'hub, feed, sequence, run, stored_path as "storedPath", bytes::float8 as bytes, rows::float8 as rows, sm3';

/** What this hub gives: published deliveries, numbered for each neighbour, each with a signed manifest. */
export class Offers {
  constructor(private readonly parts: OfferParts) {}

  /** Numbers what was published since. Any number of workers may do so at once. @returns how many were numbered */
  async offerNew(): Promise<number> {
    let offered = 0;
    for (const neighbour of this.parts.neighbours.list) {
      for (const { feed } of neighbour.gives) offered += await this.offerFeed(neighbour, feed);
    }
    return offered;
  }

  /** What a neighbour may take, as catalogue entries. `products` of the district's catalogue. */
  async catalogue(neighbour: Neighbour, products: readonly ProductMetadata[]): Promise<CatalogueEntry[]> {
    const { database, neighbours: { self } } = this.parts;
    const contracts = await contractsInForce<ContractDefinition>(database.pool('exchange'));
    return self === null ? [] : catalogueOf(self, neighbour, contracts.map(({ definition }) => definition), products);
  }

  /** Manifests of a feed's deliveries behind one, in their sequence. */
  async list(hub: string, feed: string, after: number, limit: number): Promise<{ sequence: number; manifest: string }[]> {
    const { rows } = await this.parts.database.pool('exchange').query<{ sequence: number; manifest: string }>(
      'select sequence, manifest from exchange.offer where hub = $1 and feed = $2 and sequence > $3 order by sequence limit $4', [hub, feed, after, limit]);
    return rows;
  }

  async find(hub: string, feed: string, sequence: number): Promise<Offer | null> {
    const { rows: [row] } = await this.parts.database.pool('exchange').query<Offer>(
      `select ${COLUMNS} from exchange.offer where hub = $1 and feed = $2 and sequence = $3`, [hub, feed, sequence]);
    return row ?? null;
  }

  /**
   * A delivery's bytes as they were delivered to us, from the sealed copy. That they were given is in the audit first.
   * @throws HubError HUSHU-EXCHANGE-10 when they are kept no more
   */
  async content(offer: Offer, caller: Caller, request: string): Promise<Readable> {
    const { database, keys, clock, audit } = this.parts;
    const { hub, feed, sequence, run, bytes, rows, sm3, storedPath } = offer;
    if (!await isKept(storedPath)) throw refusal('delivery-gone', { hub, feed, sequence });
    await audit.append({ kind: 'delivery-given', client: caller.client, department: caller.department, request, detail: { hub, feed, sequence, run, bytes, rows, sm3 } });
    await database.pool('exchange').query('update exchange.offer set given = given + 1, given_at = $4 where hub = $1 and feed = $2 and sequence = $3', [hub, feed, sequence, clock.now()]);
    return keys.sealer().openFile(storedPath);
  }

  private async offerFeed({ hub }: Neighbour, feed: string): Promise<number> {
    const { database } = this.parts;
    const { rows } = await database.pool('exchange').query<Unoffered>(loadSql(import.meta.dirname, 'unoffered'), [hub, feed]);
    let offered = 0;
    for (const delivery of rows) {
      // What was cleared before it was ever offered is offered to nobody.
      if (!await isKept(delivery.stored_path)) continue;
      if (await this.offerOne(hub, feed, delivery, await this.sm3Of(feed, delivery))) offered++;
      killPoint('exchange.offered', delivery.run);
    }
    return offered;
  }

  /** One worker numbers a feed's deliveries at a time, so that numbers have no gap and follow the order of publishing. */
  private async offerOne(to: string, feed: string, delivery: Unoffered, sm3: string): Promise<boolean> {
    const { database, keys, clock, neighbours: { self } } = this.parts;
    return database.transaction('exchange', async (client) => {
      await client.query('insert into exchange.giving (hub, feed) values ($1, $2) on conflict do nothing', [to, feed]);
      await client.query('select from exchange.giving where hub = $1 and feed = $2 for update', [to, feed]);
      const { rows: [{ sequence, known }] } = await client.query<{ sequence: number; known: boolean }>(
        'select coalesce(max(sequence), 0) + 1 as sequence, coalesce(bool_or(run = $3), false) as known from exchange.offer where hub = $1 and feed = $2', [to, feed, delivery.run]);
      if (known) return false;
      const { rows: [{ origin }] } = await client.query<{ origin: string }>(
        `select coalesce((select definition ->> 'origin' from runs.feed_contract where feed = $1), 'local') as origin`, [feed]);
      const manifest: HubManifest = {
        from: self!.hub, to, feed, sequence, fileName: delivery.file_name, bytes: delivery.file_bytes, rows: delivery.rows_read, sm3,
        asOf: delivery.as_of.toISOString(), mode: delivery.mode, contract: delivery.contract_version, origin, batchNo: delivery.batch_no,
      };
      await client.query(loadSql(import.meta.dirname, 'offer'), [
        to, feed, sequence, delivery.run, delivery.stored_path, delivery.file_bytes, delivery.rows_read, sm3, delivery.as_of,
        signStatement(keys.hubSigner(), STATEMENT.manifest, manifest), clock.now()]);
      killPoint('exchange.offering', delivery.run);
      return true;
    });
  }

  /** Read through once a copy, whoever it is offered to: a copy is never written to again. */
  private async sm3Of(feed: string, { run, stored_path: path }: Unoffered): Promise<string> {
    const { rows: [known] } = await this.parts.database.pool('exchange').query<{ sm3: string }>('select sm3 from exchange.offer where feed = $1 and stored_path = $2 limit 1', [feed, path]);
    if (known !== undefined) return known.sm3;
    const hash = createHash('sm3');
    for await (const chunk of this.parts.keys.sealer().openFile(path)) hash.update(chunk as Buffer);
    killPoint('exchange.digested', run);
    return hash.digest('hex');
  }
}

async function isKept(path: string): Promise<boolean> {
  return stat(path).then((file) => file.isFile(), () => false);
}
