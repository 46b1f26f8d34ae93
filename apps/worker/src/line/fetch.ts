import {
  dueAfterFailure, isFetched, isLate, nextDue, transportFault, transportOf, transportRuleOf, type Arrival, type FeedCatalogue, type FeedContract, type Look, type NeighbourHub,
  type TransportRule,
} from '#feeds';
import { HubError, type Clock } from '#kernel';
import { holdLease, killPoint, type Claimed, type DriftLook, type FetchEnd, type FetchLease, type FetchLedger, type RunReason } from '#runs';
import { sourceLook, type FetchedDeliveries } from '#staging';
import { codeOf, isLost, mayPass } from './failure.js';

/** Workers that may die of one feed's fetch, one after the other, before it waits longer. */
const MOST_DEATHS = 5;
/** What waits at its source is looked for again after some minutes, as after so many failures. */
const LOOK_AGAIN = 4;

/** Faults of one delivery: a full one that comes after it makes up for it. */
const OF_ONE: readonly (TransportRule | null)[] = ['manifest-missing', 'manifest-faulty', 'manifest-differs', 'manifest-signature', 'delivery-gone', 'transport-changed', 'transport-source'];

/** What fetching works with. */
export interface FetchParts {
  fetches: FetchLedger;
  catalogue: FeedCatalogue;
  /** Puts what people settled about suppliers' changes on top of the catalogue's folders, as it stands now. */
  amend: () => Promise<void>;
  deliveries: FetchedDeliveries;
  /** @throws HubError with rule credential-missing */
  credential: (name: string) => Promise<string>;
  /** @throws HubError where there is none of that name */
  neighbour?: (name: string) => Promise<NeighbourHub>;
  clock: Clock;
  worker: string;
  onError: (feed: string, error: unknown) => void;
}

/** What a fetch showed of its source, however it ends. */
interface Seen { drift: DriftLook | null }

/** Fetches what has arrived at suppliers: takes the feed's lease, asks its transport, has each arrival taken in. */
export class FetchLine {
  private readonly leaving = new AbortController();

  constructor(private readonly parts: FetchParts) {}

  /** Tells the ledger which feeds are fetched, and when those are due that are new. */
  async schedule(): Promise<void> {
    const now = this.parts.clock.now();
    await this.parts.fetches.schedule(this.parts.catalogue.contracts.filter(isFetched).map(({ feed, schedule }) => {
      const next = nextDue(schedule, now);
      return { feed, firstDue: schedule.late === 'skip' ? next : now, nextDue: next };
    }));
  }

  /** Ends what is going on: the feeds are due as before, for another worker. */
  leave(): void {
    this.leaving.abort();
  }

  async fetch(feed: string): Promise<void> {
    const { fetches, catalogue, worker, clock } = this.parts;
    const folder = catalogue.find(feed);
    if (folder === undefined || !isFetched(folder) || this.leaving.signal.aborted) return;
    const claimed = await fetches.claim(feed, worker);
    if (claimed === null) return;
    const { lease } = claimed;
    killPoint('fetch.claimed', 0);
    if (!claimed.asked && isLate(folder.schedule, claimed.dueAt, claimed.startedAt)) return fetches.release(lease, nextDue(folder.schedule, claimed.startedAt));
    let lost = false;
    const seen: Seen = { drift: null };
    try {
      if (claimed.died && claimed.failures >= MOST_DEATHS) throw deadly(claimed.failures);
      const ended = await holdLease(fetches, lease, async (signal) => {
        try {
          await this.parts.amend();
          return await this.work(catalogue.get(feed), claimed, seen, AbortSignal.any([signal, this.leaving.signal]));
        } finally {
          lost = signal.aborted;
        }
      });
      await fetches.end(lease, ended, this.dueNext(folder, claimed, ended.waiting ?? 0), seen.drift);
      killPoint('fetch.ended', 0);
    } catch (error) {
      if (lost) return;
      if (this.leaving.signal.aborted) return fetches.release(lease);
      if (isLost(error)) return;
      this.parts.onError(feed, error);
      const now = clock.now();
      const due = mayPass(error) ? dueAfterFailure(folder.schedule, feed, claimed.failures + 1, now) : nextDue(folder.schedule, now);
      await fetches.end(lease, { outcome: 'failed', reason: reasonOf(error) }, new Date(Math.max(due.getTime(), now.getTime() + waitOf(error))), seen.drift);
    }
  }

  private async work(contract: FeedContract, { lease, cursor }: Claimed, seen: Seen, signal: AbortSignal): Promise<FetchEnd> {
    const { deliveries, credential, neighbour, clock } = this.parts;
    await deliveries.clearLeft(lease);
    const { kind: _kind, ...options } = contract.transport;
    const transport = await transportOf(contract).open({
      contract, options, credential, clock, passed: (step) => killPoint(`fetch.${step}`, 0), columns: (columns) => void (seen.drift = sourceLook(contract, columns)),
      ...(neighbour === undefined ? {} : { neighbour }),
    });
    killPoint('fetch.opened', 0);
    let taken = 0;
    let fault: unknown = null;
    let look: Look;
    try {
      const arrivals = transport.arrivals(deliveries.cursorOf(cursor), signal);
      try {
        for (;;) {
          const { done, value } = await arrivals.next();
          if (done === true) {
            look = value;
            break;
          }
          signal.throwIfAborted();
          // Changes build on one another: none is taken past one that is missing.
          if (fault !== null && (value.mode ?? contract.mode) === 'delta') throw fault;
          try {
            if (await this.takeOne(contract, lease, value, signal)) taken++;
          } catch (error) {
            if (!OF_ONE.includes(transportRuleOf(error))) throw error;
            fault ??= error;
          }
        }
      } finally {
        await arrivals.return({ current: null }).catch(() => undefined);
      }
    } finally {
      await transport.close();
    }
    signal.throwIfAborted();
    if (fault !== null) throw fault;
    const waiting = look.waiting ?? 0;
    return {
      outcome: taken > 0 ? 'fetched' : 'nothing-new', waiting, ...(waiting === 0 ? {} : { reason: reasonOf(unfinished(waiting)) }),
      // A full delivery says how things were then; only of changes does "none" mean that what is known still holds.
      currentAsOf: contract.mode === 'delta' ? look.current : null,
    };
  }

  /** @returns whether it became a run now */
  private async takeOne(contract: FeedContract, lease: FetchLease, arrival: Arrival, signal: AbortSignal): Promise<boolean> {
    // Its worker may have died before it could acknowledge: then only that is left to do.
    const known = await this.parts.fetches.knows(contract.feed, arrival.id);
    const run = known ? null : await this.parts.deliveries.take(lease, contract, arrival, signal);
    if (!known && run === null) return false;
    await arrival.accepted?.().catch((error: unknown) => this.parts.onError(contract.feed, error));
    killPoint('fetch.acknowledged', run?.id ?? 0);
    return run !== null;
  }

  /** A slot that passed while the fetch went on is caught up with at once, or skipped. */
  private dueNext({ feed, schedule }: FeedContract, { startedAt }: Claimed, waiting: number): Date {
    const now = this.parts.clock.now();
    const next = nextDue(schedule, schedule.late === 'skip' ? now : startedAt);
    if (waiting === 0) return next;
    const again = dueAfterFailure(schedule, feed, LOOK_AGAIN, now);
    return again < next ? again : next;
  }
}

/** Milliseconds for which the other side asked to be left alone. */
function waitOf(error: unknown): number {
  const { retryAfterSeconds } = (error instanceof HubError ? error.details ?? {} : {}) as { retryAfterSeconds?: number | null };
  return (retryAfterSeconds ?? 0) * 1000;
}

function reasonOf(error: unknown): RunReason {
  if (error instanceof HubError) return { rule: transportRuleOf(error) ?? error.code, text: error.text, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  return {
    rule: 'HUSHU-WORKER-01', text: { zh: `取数时出错 (${codeOf(error)})`, en: `Something went wrong while fetching (${codeOf(error)})` },
    hint: { zh: '查看工作进程日志；排除后运行 hushu feed fetch', en: "See the worker's log; when it is put right, run hushu feed fetch" },
  };
}

/** No failure: an officer is told what is waited for. */
function unfinished(waiting: number): HubError {
  return transportFault('manifest-missing', `有 ${waiting} 个文件尚无清单，暂不采用`, `${waiting} files have no manifest yet and are not taken`, { waiting });
}

function deadly(times: number): HubError {
  return new HubError({
    code: 'HUSHU-WORKER-03', retry: true, zh: `取此数据源的工作进程中止了 ${times} 次`, en: `Workers that fetched this feed ended ${times} times without an outcome`,
    hintZh: '查看工作进程日志与机器内存，排除后运行 hushu feed fetch', hintEn: "Look at the worker's log and the machine's memory, then run hushu feed fetch",
  });
}
