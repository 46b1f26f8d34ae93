import { createHash } from 'node:crypto';
import { HubError } from '#kernel';
import { transportFault, transportRuleOf } from './fault.js';
import { HubLine } from './hub/hub-line.js';
import { readHubManifest, STATEMENT, type HubManifest, type HubReceipt } from './hub/statements.js';
import type { Arrival, Cursor, Look, NeighbourHub, Promised, Transport, TransportKind } from './transport.js';

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * `hub`: another hub's deliveries, in its sequence, each with a signed manifest. What is not as its manifest says is
 * refused, and the neighbour told so at once; what is taken is receipted when its run has ended.
 */
export const hub: TransportKind = {
  options: { is: 'keys', required: { hub: { is: 'text', like: NAME } }, optional: { feed: { is: 'text', like: NAME } } },
  async open({ contract, options, neighbour: find, credential, clock, passed = () => undefined }) {
    const name = options['hub'] as string;
    const neighbour = await find?.(name);
    if (neighbour === undefined) {
      throw transportFault('transport-source', `没有登记相邻枢纽 ${name}`, `No neighbour ${name} is entered`, { hub: name });
    }
    const line = await HubLine.open(neighbour, { credential, clock, passed });
    return new HubTransport({ neighbour, feed: (options['feed'] as string | undefined) ?? contract.feed, line, now: () => clock.now(), passed });
  },
};

/** One neighbour's feed, and the line to it. */
interface Source { neighbour: NeighbourHub; feed: string; line: HubLine; now: () => Date; passed: (step: string) => void }

class HubTransport implements Transport {
  constructor(private readonly source: Source) {}

  async* arrivals(cursor: Cursor | null, signal: AbortSignal): AsyncGenerator<Arrival, Look, void> {
    const { neighbour, feed, line, passed } = this.source;
    for (let after = cursor?.['hub'] === neighbour.hub && cursor['feed'] === feed ? cursor['after'] as number : 0; ;) {
      const { items, at } = await line.deliveries(feed, after, signal);
      passed('listed');
      if (items.length === 0) return { current: at };
      for (const { sequence, manifest } of items) {
        const arrival = this.arrivalOf(sequence, manifest);
        passed('manifest');
        yield arrival;
        after = sequence;
      }
    }
  }

  close(): Promise<void> {
    return this.source.line.close();
  }

  private arrivalOf(sequence: number, statement: unknown): HubArrival {
    try {
      return new HubArrival(this.source, sequence, readHubManifest(statement, this.source.neighbour, this.source.feed, sequence));
    } catch (fault) {
      return new HubArrival(this.source, sequence, fault as HubError);
    }
  }
}

class HubArrival implements Arrival {
  readonly id: string;
  readonly fileName: string;
  readonly mode?: 'full' | 'delta';
  readonly asOf: Date;
  readonly batchNo?: string;
  readonly promised?: Promised;

  /** @param told its manifest, or why that is not believed */
  constructor(private readonly source: Source, private readonly sequence: number, private readonly told: HubManifest | HubError) {
    const place = `${source.neighbour.hub}/${source.feed}/${sequence}`;
    if (told instanceof HubError) {
      // Nothing of it is taken: `chunks` says why.
      [this.id, this.fileName, this.asOf] = [place, String(sequence), source.now()];
      return;
    }
    [this.id, this.fileName, this.asOf, this.mode] = [`${place}/${told.sm3.slice(0, 16)}`, told.fileName, new Date(told.asOf), told.mode];
    if (told.batchNo !== null) this.batchNo = told.batchNo;
    this.promised = { rows: told.rows };
  }

  async* chunks(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    try {
      yield* this.verified(signal);
    } catch (error) {
      const rule = transportRuleOf(error);
      if (rule?.startsWith('manifest-') === true) await this.refuse(rule, signal);
      throw error;
    }
  }

  cursor(): Cursor {
    return { hub: this.source.neighbour.hub, feed: this.source.feed, after: this.sequence };
  }

  private async* verified(signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    const { told, sequence, source: { line, feed, passed, neighbour: { hub: name } } } = this;
    if (told instanceof HubError) throw told;
    const differs = (part: string, zh: string, en: string): HubError => transportFault('manifest-differs', `${name} 的第 ${sequence} 批${zh}`, `Delivery ${sequence} of ${name}: ${en}`, { hub: name, sequence, part });
    const hash = createHash('sm3');
    let bytes = 0;
    const content = await line.content(feed, sequence, signal);
    passed('begun');
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > told.bytes) throw differs('bytes', `超过清单所列的 ${told.bytes} 字节`, `more than the ${told.bytes} bytes its manifest speaks of`);
      hash.update(chunk);
      passed('read');
      yield chunk;
    }
    if (bytes !== told.bytes) throw differs('bytes', `应有 ${told.bytes} 字节，实有 ${bytes}`, `the manifest speaks of ${told.bytes} bytes, there are ${bytes}`);
    if (hash.digest('hex') !== told.sm3) throw differs('sm3', '的 SM3 与清单所列不符', 'its SM3 is not the one its manifest has');
    passed('verified');
  }

  /** Tells the giver at once. Should that fail, the next fetch meets the same delivery and tells it again. */
  private async refuse(rule: string, signal: AbortSignal): Promise<void> {
    const { sequence, source: { line, feed, neighbour, now, passed } } = this;
    const { hub: to, self: from } = neighbour;
    const receipt: HubReceipt = { from, to, feed, sequence, outcome: 'refused', sm3: null, counts: null, rule, at: now().toISOString() };
    passed('refusing');
    await line.receipt(feed, sequence, neighbour.sign(STATEMENT.receipt, receipt), signal).catch(() => undefined);
    passed('refused');
  }
}
