import type { FeedCatalogue } from '#feeds';
import { holdLease, killPoint, type Ledger, type Redrive, type RedriveLease, type Redrives, type RunReason } from '#runs';
import type { Redriver } from '#staging';
import { codeOf, isLost, mayPass, MOST_ATTEMPTS, reasonOf } from './failure.js';

export interface RedriveLineParts {
  redrives: Redrives;
  ledger: Ledger;
  catalogue: FeedCatalogue;
  redriver: Redriver;
  worker: string;
  onError: (redrive: number, error: unknown) => void;
}

/** Turns an order to drive rejects again into one delivery of their feed, which takes the line every delivery takes. */
export class RedriveLine {
  constructor(private readonly parts: RedriveLineParts) {}

  /** waiting → driving, or done where nothing is left to drive. A cancelled order leaves nothing behind. */
  async perform(id: number): Promise<void> {
    const { redrives, redriver, worker, onError } = this.parts;
    const claimed = await redrives.claim(id, worker);
    if (claimed === null) return;
    const { redrive, repairs, lease, attempts } = claimed;
    killPoint('redrive.claimed', id);
    try {
      await holdLease(redrives, lease, (signal) => this.drive(redrive, repairs, lease, signal));
    } catch (error) {
      if (isLost(error)) {
        if ((await redrives.find(id))?.state === 'cancelled') await redriver.forget(redrive);
        return;
      }
      onError(id, error);
      if (attempts < MOST_ATTEMPTS && mayPass(error)) return redrives.release(lease);
      await redrives.end(lease, wentWrong(error));
      await redriver.forget(redrive);
    }
  }

  private async drive(redrive: Redrive, repairs: Buffer | null, lease: RedriveLease, signal: AbortSignal): Promise<void> {
    const { redrives, ledger, catalogue, redriver } = this.parts;
    await redriver.amend(catalogue);
    const contract = catalogue.get(redrive.feed);
    const delivery = await redriver.write(redrive, repairs, lease, contract, signal, (done) => redrives.tell(lease, done));
    signal.throwIfAborted();
    if (delivery.rows === 0) {
      await redrives.end(lease, null);
      return redriver.forget(redrive);
    }
    const last = await ledger.lastPublished(redrive.feed);
    killPoint('redrive.accepting', redrive.id);
    await redrives.accept(lease, {
      feed: redrive.feed, fileName: `redrive-${redrive.id}.csv`, filePath: '', fileBytes: delivery.bytes, fileStat: '', storedPath: delivery.path,
      contractVersion: contract.version, mode: 'delta', batchNo: null, asOf: last?.asOf ?? redrive.createdAt,
    }, () => killPoint('redrive.before-commit', redrive.id));
    killPoint('redrive.accepted', redrive.id);
  }
}

function wentWrong(error: unknown): RunReason {
  return reasonOf(error, {
    rule: 'HUSHU-WORKER-06', text: { zh: `重驱时出错 (${codeOf(error)})`, en: `Driving rejects again went wrong (${codeOf(error)})` },
    hint: { zh: '查看工作进程日志后重新下达', en: "See the worker's log, then order it again" },
  });
}
