import type { Database } from '#database';
import type { FeedCatalogue } from '#feeds';
import { HubError } from '#kernel';
import type { Keys } from '#keys';
import { holdLease, killPoint, type Ledger, type Replay, type ReplayLease, type Replays, type RunReason } from '#runs';
import { amendCatalogue, clearReplay, listLeftRuns, replayRun } from '#staging';
import { codeOf, isLost, mayPass, MOST_ATTEMPTS, reasonOf } from './failure.js';

export interface ReplayLineParts {
  database: Database;
  replays: Replays;
  ledger: Ledger;
  catalogue: FeedCatalogue;
  keys: Keys;
  worker: string;
  onError: (replay: number, error: unknown) => void;
}

/** Reads past runs again when somebody orders it, and says whether the same comes of it. */
export class ReplayLine {
  constructor(private readonly parts: ReplayLineParts) {}

  /** waiting → done, or failed where it cannot be done. Whatever happens, nothing of it stays but what it found. */
  async perform(id: number): Promise<void> {
    const { replays, worker, onError } = this.parts;
    const claimed = await replays.claim(id, worker);
    if (claimed === null) return;
    const { replay, lease, attempts } = claimed;
    killPoint('replay.claimed', id);
    try {
      await holdLease(replays, lease, (signal) => this.replay(replay, lease, signal));
      killPoint('replay.ended', id);
    } catch (error) {
      // Its tables are the next worker's to drop.
      if (isLost(error)) return;
      onError(id, error);
      if (attempts < MOST_ATTEMPTS && mayPass(error)) return replays.release(lease);
      await replays.end(lease, { failed: wentWrong(error) });
    }
    await clearReplay(this.parts, replay.feed, lease);
  }

  /** Drops what workers left that died behind the end of their order. */
  async sweepLeftovers(): Promise<void> {
    const { database, replays } = this.parts;
    for (const run of await listLeftRuns(database.pool('staging'))) {
      const order = run < 0 ? await replays.find(-run) : null;
      if (order?.state === 'done' || order?.state === 'failed') await clearReplay(this.parts, order.feed, { run });
    }
  }

  private async replay(order: Replay, lease: ReplayLease, signal: AbortSignal): Promise<void> {
    const { database, replays, ledger, catalogue } = this.parts;
    await amendCatalogue(database, catalogue);
    const contract = catalogue.find(order.feed);
    if (contract === undefined) throw noContract(order.feed);
    const story = (await ledger.storyOf(order.run))!;
    const found = await replayRun(this.parts, { story, lease, signal, contract, tell: (done, total) => replays.tell(lease, done, total) });
    signal.throwIfAborted();
    await replays.end(lease, found);
  }
}

function noContract(feed: string): HubError {
  return new HubError({
    code: 'HUSHU-WORKER-04', zh: `数据源 ${feed} 的契约已撤下，其批次无法重放`, en: `The contract of ${feed} was withdrawn: its deliveries cannot be replayed`,
    hintZh: '把契约目录放回 config/feeds 后重新下令', hintEn: 'Put its folder back into config/feeds and order it again',
  });
}

function wentWrong(error: unknown): RunReason {
  return reasonOf(error, {
    rule: 'HUSHU-WORKER-05', text: { zh: `重放时出错 (${codeOf(error)})`, en: `The replay went wrong (${codeOf(error)})` },
    hint: { zh: '查看工作进程日志后重新下令', en: "See the worker's log, then order it again" },
  });
}
