import { loadSql, type Database } from '#database';
import type { Lease } from '../ledger/run.js';

/** Milliseconds between two words on how far the rows have got. */
const TELL_EVERY = 1000;

/**
 * Tells how far a run has got, for those who watch: a statement of its own, never in a transaction of the run, at most
 * one at a time and one a second. Nobody waits for it, and one that fails is forgotten: the next says more.
 * A worker that lost its lease tells nothing any more.
 */
export class Progress {
  private step = 'begin';
  private begun = 0;
  private expected: number | null = null;
  private toldAt = 0;
  private telling: Promise<void> | null = null;
  private fresh = false;

  constructor(private readonly database: Database, private readonly lease: Lease) {}

  /** A step begins, told at once. `begun`: rows that are done already; `expected`: rows in all, where somebody can say. */
  begin(step: string, begun = 0, expected: number | null = null): void {
    this.step = step;
    this.begun = begun;
    this.expected = expected;
    this.fresh = true;
    void this.tell(begun);
  }

  /** `done` rows are done; costs a look at the clock. */
  tick(done: number): void {
    if (this.telling !== null || performance.now() - this.toldAt < TELL_EVERY) return;
    void this.tell(Math.max(done, this.begun));
  }

  private async tell(done: number): Promise<void> {
    const before = this.telling;
    const fresh = this.fresh;
    const { lease, step, begun, expected } = this;
    this.toldAt = performance.now();
    this.fresh = false;
    const telling = (before ?? Promise.resolve()).then(async () => {
      await this.database.pool('runs').query({
        name: 'runs-progress', text: loadSql(import.meta.dirname, 'progress'), values: [lease.run, lease.token, step, begun, done, expected, fresh],
      });
    }).catch(() => undefined).finally(() => { if (this.telling === telling) this.telling = null; });
    this.telling = telling;
    await telling;
  }
}
