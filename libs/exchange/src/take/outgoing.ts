import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { AuditWriter } from '#access';
import { loadSql, type Database } from '#database';
import { HubLine, STATEMENT, type FeedCatalogue, type HandedIn, type HubReceipt, type HubReturn } from '#feeds';
import { HubError, type Clock, type Text } from '#kernel';
import type { Keys } from '#keys';
import { killPoint, noteEventOnce } from '#runs';
import { reportRejects } from '#staging';
import { neighbourHub, type Neighbours } from '../neighbour/neighbours.js';
import { secondsAfter } from './seconds-after.js';

/** Seconds until the next attempt, by how many there were; the last one for ever: a receipt is owed until it is taken. */
const PAUSES = [5, 15, 60, 300, 1800, 7200];
/** Seconds after which something whose sender has died is sent by another. */
const LEASE = 120;
/** Rejects were settled between a report's reading for its digest and its sending: it is made anew, so often in all. */
const CHANGED = 'HUSHU-EXCHANGE-15';
const CHANGED_MOST = 5;

export interface OutgoingParts {
  database: Database; keys: Keys; clock: Clock; neighbours: Neighbours; audit: AuditWriter; catalogue: FeedCatalogue;
  credential: (name: string) => Promise<string>;
}

interface Owed { feed: string; arrivalId: string; run: number; rejected: number; state: string }
interface Due { id: string; hub: string; feed: string; sequence: number; kind: 'receipt' | 'returned'; ourFeed: string; run: number; attempts: number }
interface CameOf { state: string; rule: string | null; fileName: string; sm3: string; counts: Record<string, number> }

/** What this hub owes those it takes from: a receipt a delivery, and its rejects in the form they came in. */
export class Outgoing {
  constructor(private readonly parts: OutgoingParts) {}

  /** Notes what came to be owed: runs that ended since. The ledger holds it until then, so nothing is lost. */
  async gather(): Promise<number> {
    const { database, catalogue, clock } = this.parts;
    const feeds = catalogue.contracts.filter(({ transport }) => transport.kind === 'hub').map(({ feed }) => feed);
    if (feeds.length === 0) return 0;
    const gathered = await database.transaction('exchange', async (client) => {
      const { rows } = await client.query<Owed>(loadSql(import.meta.dirname, 'owed'), [feeds]);
      for (const { feed: ourFeed, arrivalId, run, rejected, state } of rows) {
        const [hub, feed, sequence] = arrivalId.split('/');
        const kinds = state === 'published' && rejected > 0 ? ['receipt', 'returned'] : ['receipt'];
        for (const kind of kinds) await client.query(loadSql(import.meta.dirname, 'owe'), [hub, feed, Number(sequence), kind, ourFeed, run, clock.now()]);
        killPoint('exchange.gathering', run);
      }
      return rows.length;
    });
    if (gathered > 0) killPoint('exchange.gathered', 0);
    return gathered;
  }

  /** Sends what is due. @returns how much was taken */
  async send(signal: AbortSignal): Promise<number> {
    const { database, clock } = this.parts;
    const lines = new Map<string, HubLine>();
    try {
      for (let sent = 0; ;) {
        signal.throwIfAborted();
        const now = clock.now();
        const { rows: [due] } = await database.pool('exchange').query<Due>(loadSql(import.meta.dirname, 'outgoing_due'), [now, secondsAfter(now, LEASE)]);
        if (due === undefined) return sent;
        killPoint('exchange.claimed', due.run);
        if (await this.sendOne(due, lines, signal)) sent++;
      }
    } finally {
      for (const line of lines.values()) await line.close();
    }
  }

  private async sendOne(due: Due, lines: Map<string, HubLine>, signal: AbortSignal): Promise<boolean> {
    const { database, clock } = this.parts;
    const settle = async (state: 'waiting' | 'sent' | 'refused', dueAt: Date, reason: { text: Text; hint?: Text | undefined } | null): Promise<void> => {
      await database.pool('exchange').query(`update exchange.outgoing set state = $2, due_at = $3, reason = $4, sent_at = case when $2 = 'sent' then $5::timestamptz end where id = $1`,
        [due.id, state, dueAt, reason === null ? null : JSON.stringify(reason), clock.now()]);
    };
    try {
      const answer = await this.hand(due, lines, signal);
      killPoint('exchange.handed', due.run);
      if (!answer.taken && answer.code === CHANGED && due.attempts < CHANGED_MOST) {
        await settle('waiting', this.later(due), refusedBy(due.hub, answer));
        return false;
      }
      // Noted before it is settled: who dies in between leaves it owed, and whoever sends it again finds it noted.
      const kind = `${due.kind === 'receipt' ? 'receipt' : 'return'}-${answer.taken ? 'sent' : 'not-taken'}`;
      await database.transaction('runs', (client) => noteEventOnce(client, {
        feed: due.ourFeed, run: due.run, kind, detail: { hub: due.hub, sequence: due.sequence, ...(answer.taken ? {} : { code: answer.code }) },
      }));
      killPoint('exchange.noted', due.run);
      await (answer.taken ? settle('sent', clock.now(), null) : settle('refused', clock.now(), refusedBy(due.hub, answer)));
      killPoint('exchange.settled', due.run);
      return answer.taken;
    } catch (error) {
      if (signal.aborted) throw error;
      const reason = error instanceof HubError ? { text: error.text, hint: error.hint } : { text: { zh: '发送时出错', en: 'Something went wrong while sending' } };
      await settle('waiting', this.later(due), reason);
      return false;
    }
  }

  private later({ attempts }: Due): Date {
    return secondsAfter(this.parts.clock.now(), PAUSES[Math.min(attempts, PAUSES.length) - 1]!);
  }

  private async hand(due: Due, lines: Map<string, HubLine>, signal: AbortSignal): Promise<HandedIn> {
    const { database, keys, clock, neighbours, credential } = this.parts;
    const neighbour = neighbourHub(neighbours, keys, due.hub);
    const line = lines.get(due.hub) ?? await HubLine.open(neighbour, { credential, clock, passed: (step) => killPoint(`exchange.${step}`, due.run) });
    lines.set(due.hub, line);
    const { rows: [came] } = await database.pool('exchange').query<CameOf>(loadSql(import.meta.dirname, 'outcome'), [due.run]);
    const delivery = { from: neighbour.self, to: due.hub, feed: due.feed, sequence: due.sequence };
    const at = clock.now().toISOString();
    if (due.kind === 'returned') return this.handReport(due, line, { ...delivery, fileName: came!.fileName, rows: came!.counts['rejected']!, at }, neighbour.sign, signal);
    const taken = came!.state === 'published';
    const receipt: HubReceipt = { ...delivery, outcome: taken ? 'taken' : 'refused', sm3: came!.sm3, counts: came!.counts, rule: taken ? null : came!.rule ?? came!.state, at };
    const statement = neighbour.sign(STATEMENT.receipt, receipt);
    killPoint('exchange.handing', due.run);
    return line.receipt(due.feed, due.sequence, statement, signal);
  }

  /** Read once for its digest and once to be sent: so it need not lie anywhere. That it leaves is in the audit first. */
  private async handReport(due: Due, line: HubLine, says: Omit<HubReturn, 'bytes' | 'sm3'>, sign: (kind: string, says: object) => string, signal: AbortSignal): Promise<HandedIn> {
    const { database, keys, audit, catalogue } = this.parts;
    const contract = catalogue.get(due.ourFeed);
    const hash = createHash('sm3');
    let bytes = 0;
    for await (const chunk of reportRejects(database, keys, contract, due.run)) {
      bytes += chunk.length;
      hash.update(chunk);
    }
    const sm3 = hash.digest('hex');
    killPoint('exchange.reported', due.run);
    await audit.append({ kind: 'return-sent', detail: { hub: due.hub, feed: due.ourFeed, run: due.run, sequence: due.sequence, rows: says.rows, bytes, sm3 } });
    const content = (): Readable => Readable.from(reportRejects(database, keys, contract, due.run), { objectMode: false });
    const statement = sign(STATEMENT.returned, { ...says, bytes, sm3 } satisfies HubReturn);
    killPoint('exchange.handing', due.run);
    return line.returned(due.feed, due.sequence, statement, content, signal);
  }
}

/** An officer reads it; nothing is sent again by itself. */
function refusedBy(hub: string, { code, text }: Extract<HandedIn, { taken: false }>): { text: Text; hint: Text } {
  return {
    text: { zh: `${hub} 拒绝: ${code} ${text}`, en: `${hub} refuses: ${code} ${text}` },
    hint: {
      zh: `不再自动重发：与 ${hub} 核对这一批的序号、行数与 SM3（对方 hushu hub deliveries，本枢纽 hushu hub receipts），由其查明后更正或重新报送。`,
      en: `It is not sent again by itself: compare the delivery's number, rows and SM3 with ${hub} (hushu hub deliveries there, hushu hub receipts here); it corrects the delivery or gives it anew.`,
    },
  };
}
