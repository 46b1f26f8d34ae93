import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { loadSql, type Database } from '#database';
import { readHubStatement, type HubReceipt, type HubReturn } from '#feeds';
import type { Clock, HubError } from '#kernel';
import { discard, type Keys } from '#keys';
import { killPoint, noteEvent, noteEventOnce } from '#runs';
import type { Neighbour, Neighbours } from '../neighbour/neighbours.js';
import type { Offer } from './offers.js';
import { refusal } from './refusals.js';

/** A report holds each rejected row with what is wrong of it. */
const REPORT_TIMES = 2;
const REPORT_PER_ROW = 2048;

/** `folder`: where reports that came back are kept, sealed. */
export interface ReceiverParts { database: Database; keys: Keys; clock: Clock; neighbours: Neighbours; folder: string }

/** Takes in what neighbours say came of our deliveries. What does not hold is refused and noted on the feed's timeline. */
export class Receiver {
  constructor(private readonly parts: ReceiverParts) {}

  /**
   * A receipt; the same one again is taken again and changes nothing.
   * @throws HubError HUSHU-EXCHANGE-11 to -14
   */
  async receipt(neighbour: Neighbour, offer: Offer, statement: unknown): Promise<HubReceipt> {
    const { database, clock } = this.parts;
    const { hub, feed, sequence } = offer;
    const says = await this.read('receipt', neighbour, offer, statement);
    const counted = says.counts?.['read'] ?? null;
    if (says.outcome === 'taken' && (says.sm3 !== offer.sm3 || counted !== offer.rows)) {
      throw await this.refused(offer, 'receipt', refusal('receipt-differs', { hub, feed, sequence, part: says.sm3 === offer.sm3 ? 'rows' : 'sm3' }));
    }
    const changed = await database.pool('exchange').query(loadSql(import.meta.dirname, 'receipt'),
      [hub, feed, sequence, says.outcome, says.rule, says.counts === null ? null : JSON.stringify(says.counts), statement, clock.now()]);
    killPoint('receive.receipt', offer.run);
    if (changed.rowCount === 1) await this.note(offer, 'receipt-received', { outcome: says.outcome, rule: says.rule });
    else {
      const { rows: [known] } = await database.pool('exchange').query<{ outcome: string; rule: string | null }>(
        'select outcome, rule from exchange.receipt where hub = $1 and feed = $2 and sequence = $3', [hub, feed, sequence]);
      if (known!.outcome !== says.outcome) throw await this.refused(offer, 'receipt', refusal('receipt-settled', { hub, feed, sequence }));
      // Who took it the first time may have died before it was noted.
      await this.note(offer, 'receipt-received', { ...known! }, noteEventOnce);
    }
    return says;
  }

  /**
   * A report of rejects; the same again is taken again and changes nothing. Sealed as it comes, never in clear on disk.
   * @throws HubError HUSHU-EXCHANGE-11, -12, -15, -16
   */
  async returned(neighbour: Neighbour, offer: Offer, statement: unknown, content: Readable): Promise<HubReturn> {
    const { database, clock } = this.parts;
    const { hub, feed, sequence } = offer;
    const says = await this.read('returned', neighbour, offer, statement);
    if (says.rows > offer.rows || says.bytes > offer.bytes * REPORT_TIMES + (says.rows + 1) * REPORT_PER_ROW) {
      throw await this.refused(offer, 'return', refusal('return-too-large', { hub, feed, sequence }));
    }
    const path = await this.seal(offer, says, content);
    const taken = await database.pool('exchange').query(loadSql(import.meta.dirname, 'returned'),
      [hub, feed, sequence, says.fileName, says.rows, says.bytes, says.sm3, path, statement, clock.now()]);
    killPoint('receive.return', offer.run);
    if (taken.rowCount === 1) await this.note(offer, 'return-received', { rows: says.rows });
    else {
      await rm(path, { force: true });
      const { rows } = (await findReturned(database, hub, feed, sequence))!;
      await this.note(offer, 'return-received', { rows }, noteEventOnce);
    }
    return says;
  }

  private async read<Kind extends 'receipt' | 'returned'>(kind: Kind, neighbour: Neighbour, offer: Offer, statement: unknown): Promise<Kind extends 'receipt' ? HubReceipt : HubReturn> {
    const { hub, feed, sequence } = offer;
    const read = readHubStatement(kind, statement, neighbour.keys, { from: hub, to: this.parts.neighbours.self!.hub, feed, sequence });
    if ('says' in read) return read.says as Kind extends 'receipt' ? HubReceipt : HubReturn;
    const { rule, part } = read.problem;
    throw await this.refused(offer, kind === 'receipt' ? 'receipt' : 'return',
      refusal(rule === 'manifest-signature' ? 'statement-signature' : 'statement-faulty', { hub, feed, sequence, part }));
  }

  private async seal(offer: Offer, says: HubReturn, content: Readable): Promise<string> {
    const { hub, feed, sequence } = offer;
    const folder = join(this.parts.folder, hub, feed);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `${sequence}-${randomBytes(4).toString('hex')}.sealed`);
    const part = `${path}.part`;
    const hash = createHash('sm3');
    let bytes = 0;
    const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > says.bytes) throw refusal('return-differs', { hub, feed, sequence, part: 'bytes' });
        hash.update(chunk);
        yield chunk;
      }
    };
    const target = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true });
    try {
      await pipeline(content, counted, this.parts.keys.sealer().sealStream(), target);
      if (bytes !== says.bytes || hash.digest('hex') !== says.sm3) throw refusal('return-differs', { hub, feed, sequence, part: bytes === says.bytes ? 'sm3' : 'bytes' });
      await rename(part, path);
    } catch (error) {
      await discard(target);
      if ((error as HubError).code === 'HUSHU-EXCHANGE-15') throw await this.refused(offer, 'return', error as HubError);
      throw error;
    }
    return path;
  }

  private async refused(offer: Offer, what: 'receipt' | 'return', error: HubError): Promise<HubError> {
    const { rule, part } = error.details as { rule: string; part?: string };
    await this.note(offer, `${what}-refused`, { rule, ...(part === undefined ? {} : { part }) });
    return error;
  }

  private async note({ hub, feed, sequence, run }: Offer, kind: string, detail: Record<string, unknown>, note = noteEvent): Promise<void> {
    await this.parts.database.transaction('runs', (client) => note(client, { feed, run, kind, detail: { hub, sequence, ...detail } }));
  }
}

/** A report that came back; null where none did. */
export async function findReturned(database: Database, hub: string, feed: string, sequence: number): Promise<{ fileName: string; rows: number; storedPath: string } | null> {
  const { rows: [row] } = await database.pool('exchange').query<{ fileName: string; rows: number; storedPath: string }>(
    'select file_name as "fileName", rows::float8 as rows, stored_path as "storedPath" from exchange.returned where hub = $1 and feed = $2 and sequence = $3', [hub, feed, sequence]);
  return row ?? null;
}
