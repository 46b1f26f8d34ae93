import type { PoolClient } from 'pg';
import { Database } from '#database';
import type { FeedCatalogue } from '#feeds';
import { HubError } from '#kernel';
import { applyReconcile, linkRun } from '#reconcile';
import { applyRegistry } from '#registry';
import { holdLease, killPoint, Progress, type Lease, type Ledger, type Run, type RunState, type StepCount } from '#runs';
import { applyStaged, clearRun, keyStaged, listLeftRuns, listUnmeasured, measureRun, runTable, type StagedRun, type Stager } from '#staging';
import { codeOf, isLost, mayPass, MOST_ATTEMPTS } from './failure.js';

/** Leases a run may have had in all: a delivery that ends its worker each time (memory, say) must not do so for ever. */
const MOST_LEASES = 20;

/** What the line's steps work with. */
export interface LineParts {
  database: Database;
  ledger: Ledger;
  catalogue: FeedCatalogue;
  stager: Stager;
  worker: string;
  onError: (run: number, step: string, error: unknown) => void;
}

/** The line a delivery takes: stage, link, apply. Each step takes the run's lease, works, and moves the run on. */
export class Line {
  constructor(private readonly parts: LineParts) {}

  /** accepted → staged, held, refused; or published when the delivery is the last one again. */
  async stage(id: number): Promise<void> {
    await this.step(id, 'accepted', async (run, lease, signal) => {
      const { outcome, steps } = await this.parts.stager.stage(run, lease, signal);
      killPoint('stage.before-advance', id);
      await this.parts.database.transaction('runs', async (client) => {
        await this.parts.ledger.writeSteps(client, run.id, steps);
        await this.parts.ledger.advanceIn(client, lease, outcome);
        killPoint('stage.advancing', id);
      });
      killPoint('stage.advanced', id);
      if (outcome.state === 'refused' || outcome.state === 'published') await this.clear(run);
    });
  }

  /** staged → linked: who the rows speak of, decided and kept private to the run. */
  async link(id: number): Promise<void> {
    await this.step(id, 'staged', async (run, lease, signal) => {
      const { database, ledger, catalogue } = this.parts;
      const fence = async (client: { query(text: string, values: unknown[]): Promise<unknown> }) => {
        await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      };
      const staged = this.staged(run);
      new Progress(database, lease).begin('link', run.counts.read, run.counts.read);
      const [linked, keyed] = await sideBySide(linkRun(database, staged, catalogue.contracts, { signal, fence }), keyStaged(database, staged, fence));
      killPoint('link.decided', id);
      await database.transaction('runs', async (client) => {
        await ledger.writeSteps(client, run.id, [...linked, ...keyed.steps]);
        await ledger.advanceIn(client, lease, { state: 'linked', stagedState: keyed.state });
        killPoint('link.advancing', id);
      });
      killPoint('link.advanced', id);
    });
  }

  /** linked → published: one transaction for everything a reader can see. */
  async apply(id: number): Promise<void> {
    await this.step(id, 'linked', async (run, lease) => {
      const { database, ledger, catalogue } = this.parts;
      const staged = this.staged(run);
      new Progress(database, lease).begin('apply', run.counts.read, run.counts.read);
      await database.transaction('apply', async (client) => {
        const as = (role: string) => client.query(`set local role hushu_${role}`);
        await as('runs');
        await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
        killPoint('apply.fenced', id);
        const before = await ledger.stateBefore(client, id);
        const steps: StepCount[] = [];
        await as('staging');
        // Of a first delivery and of a replay it is known; no other can be published in between.
        const applied = await applyStaged(client, staged, before, run.first || run.replayed ? run.stagedState : null);
        steps.push(...applied.steps);
        killPoint('apply.staged', id);
        await as('reconcile');
        const reconciled = await applyReconcile(client, staged, catalogue.contracts);
        steps.push(...reconciled.steps);
        killPoint('apply.reconciled', id);
        await as('registry');
        steps.push(...await applyRegistry(client, staged, catalogue.contracts, reconciled.all));
        killPoint('apply.registered', id);
        await as('runs');
        await ledger.writeSteps(client, run.id, steps);
        await ledger.advanceIn(client, lease, { state: 'published', stagedState: applied.state });
        killPoint('apply.before-commit', id);
      });
      killPoint('apply.committed', id);
      await this.clear(run);
      killPoint('apply.cleared', id);
    });
    await this.measure(id);
  }

  /** Keeps how good the feed is now. The line does not wait for it and never fails by it: the sweep takes up what is missing. */
  private async measure(id: number): Promise<void> {
    try {
      const run = await this.parts.ledger.find(id);
      const contract = run === null ? undefined : this.parts.catalogue.find(run.feed);
      if (run?.state === 'published' && contract !== undefined) await measureRun(this.parts.database, contract, run);
    } catch (error) {
      this.parts.onError(id, 'measure', error);
    }
  }

  /** Measures what a worker died before measuring. */
  async sweepUnmeasured(): Promise<void> {
    for (const id of await listUnmeasured(this.parts.database)) await this.measure(id);
  }

  /** What dead workers left behind: rows and tables of runs that have ended, copies of deliveries half written. */
  async sweepLeftovers(): Promise<number> {
    const { database, ledger, stager } = this.parts;
    let cleared = await stager.clearParts();
    for (const id of await listLeftRuns(database.pool('staging'))) {
      const run = await ledger.find(id);
      if (run === null || !['published', 'refused', 'discarded'].includes(run.state)) continue;
      killPoint('janitor.found', id);
      await this.clear(run);
      killPoint('janitor.cleared', id);
      cleared++;
    }
    return cleared;
  }

  private staged(run: Run): StagedRun {
    return {
      run: run.id, feed: run.feed, contract: this.parts.catalogue.get(run.feed), first: run.first, replayed: run.replayed,
      table: runTable(run.feed, run.id), asOf: run.asOf, knownAt: run.acceptedAt,
    };
  }

  private async clear(run: Run): Promise<void> {
    await this.parts.database.transaction('staging', (client) => clearRun(client as PoolClient, run.feed, run.id));
  }

  private async step(id: number, state: RunState, work: (run: Run, lease: Lease, signal: AbortSignal) => Promise<void>): Promise<void> {
    const { ledger, worker } = this.parts;
    const claimed = await ledger.claim(id, state, worker);
    if (claimed === null) return;
    const { run, lease } = claimed;
    killPoint(`${state}.claimed`, id);
    if (run.attempts > MOST_LEASES) return this.fail(lease, deadly());
    try {
      await holdLease(ledger, lease, (signal) => work(run, lease, signal));
    } catch (error) {
      this.parts.onError(run.id, state, error);
      if (isLost(error)) return;
      if (run.attempts >= MOST_ATTEMPTS || !mayPass(error)) await this.fail(lease, error);
      else await ledger.release(lease).catch(() => undefined);
    }
  }

  private async fail(lease: Lease, error: unknown): Promise<void> {
    const text = error instanceof HubError ? error.text : {
      zh: `处理时出错 (${codeOf(error)})`, en: `Something went wrong (${codeOf(error)})`,
    };
    const hint = error instanceof HubError && error.hint !== undefined ? error.hint
      : { zh: '查看工作进程日志后运行 hushu run retry', en: "See the worker's log, then run hushu run retry" };
    await this.parts.ledger.advance(lease, { state: 'failed', reason: { rule: error instanceof HubError ? error.code : 'HUSHU-WORKER-01', text, hint } });
  }
}

function deadly(): HubError {
  return new HubError({
    code: 'HUSHU-WORKER-02', zh: `处理此批次的工作进程中止了 ${MOST_LEASES} 次`, en: `Workers on this delivery ended ${MOST_LEASES} times without an outcome`,
    hintZh: '查看工作进程日志与机器内存,排除后运行 hushu run retry', hintEn: "Look at the worker's log and the machine's memory, then run hushu run retry",
  });
}

/** Both, on connections of their own; what one of them throws is thrown when the other has ended too. */
async function sideBySide<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const ended = await Promise.allSettled([one, other]);
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return [await one, await other];
}
