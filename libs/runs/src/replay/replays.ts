import type { Database } from '#database';
import { HubError, type Clock } from '#kernel';
import { LEASE } from '../ledger/ledger.js';
import { releaseOrder, renewOrder } from '../ledger/order-lease.js';
import type { RunReason } from '../ledger/run.js';
import { noteEvent } from '../timeline/note-event.js';
import { REPLAY_COLUMNS, replayFrom, type Replay, type ReplayEnd, type ReplayLease } from './replay.js';

/** States in which a run has come to something that another reading can be compared with. */
const COMPARABLE = ['published', 'held', 'refused', 'discarded'];

/** The orders to read past runs again: accepted at once, done by a worker. */
export class Replays {
  constructor(private readonly database: Database, private readonly clock: Clock) {}

  /** @returns null when there is no such run. @throws HUSHU-RUNS-30 while it has not come to an outcome */
  async order(run: number, by: string): Promise<Replay | null> {
    const id = await this.database.transaction('runs', async (client) => {
      const { rows: [of] } = await client.query<{ feed: string; state: string; read: boolean | null }>(
        `select feed, state, (select t.state <> 'failed' from runs.transition t where t.run = r.id and t.state in ('published', 'held', 'refused', 'failed') order by t.id desc limit 1) as read
         from runs.run r where id = $1`, [run]);
      if (of === undefined) return null;
      if (!COMPARABLE.includes(of.state) || !of.read) throw noOutcome(run, of.state);
      const { rows: [made] } = await client.query<{ id: number }>(
        `insert into runs.replay (run, feed, "by", state, created_at) values ($1, $2, $3, 'waiting', $4) returning id`, [run, of.feed, by, this.clock.now()]);
      await noteEvent(client, { feed: of.feed, run, kind: 'replay-ordered', by, detail: { replay: made!.id } });
      await client.query(`select pg_notify('hushu_outbox', '')`);
      return made!.id;
    });
    return id === null ? null : this.find(id);
  }

  async find(id: number): Promise<Replay | null> {
    const { rows } = await this.database.pool('runs').query(`select ${REPLAY_COLUMNS} from runs.replay_status where id = $1`, [id]);
    return rows.length === 0 ? null : replayFrom(rows[0]);
  }

  async claim(id: number, worker: string): Promise<{ replay: Replay; lease: ReplayLease; attempts: number } | null> {
    const { rows: [row] } = await this.database.pool('runs').query<{ token: string; attempts: number }>(
      `update runs.replay set state = 'running', token = nextval('runs.fencing_token'), lease_by = $2, attempts = attempts + 1, done = 0,
         lease_until = clock_timestamp() + make_interval(secs => $3 / 1000.0)
       where id = (select id from runs.replay where id = $1 and state in ('waiting', 'running')
                     and (lease_until is null or lease_until < clock_timestamp()) for no key update skip locked)
       returning token, attempts`, [id, worker, LEASE.milliseconds]);
    if (row === undefined) return null;
    return { replay: (await this.find(id))!, lease: { run: -id, token: row.token }, attempts: row.attempts };
  }

  renew(lease: ReplayLease): Promise<boolean> {
    return renewOrder(this.database, 'replay', -lease.run, lease.token);
  }

  release(lease: ReplayLease): Promise<void> {
    return releaseOrder(this.database, 'replay', -lease.run, lease.token);
  }

  async tell(lease: ReplayLease, done: number, total: number): Promise<void> {
    await this.database.pool('runs').query('update runs.replay set done = $3, total = $4 where id = $1 and token = $2', [-lease.run, lease.token, done, total]);
  }

  /** What came of it, or why it could not be done. */
  async end(lease: ReplayLease, ended: ReplayEnd | { failed: RunReason }): Promise<void> {
    const [end, reason] = 'failed' in ended ? [null, ended.failed] : [ended, ended.reason];
    await this.database.transaction('runs', async (client) => {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      const { rows: [order] } = await client.query<{ run: number; feed: string; by: string }>(
        `update runs.replay set state = $3, verdict = $4, finding = $5, reason_rule = $6, reason = $7, lease_by = null, lease_until = null, ended_at = clock_timestamp()
         where id = $1 and token = $2 returning run, feed, "by"`,
        [-lease.run, lease.token, end === null ? 'failed' : 'done', end?.verdict ?? null, end === null ? null : JSON.stringify(end.finding),
          reason?.rule ?? null, reason === null ? null : JSON.stringify({ text: reason.text, hint: reason.hint })]);
      await noteEvent(client, { feed: order!.feed, run: order!.run, kind: 'replayed', by: order!.by, detail: { replay: -lease.run, verdict: end?.verdict ?? 'failed' } });
    });
  }
}

function noOutcome(run: number, state: string): HubError {
  return new HubError({
    code: 'HUSHU-RUNS-30', zh: `处理 ${run} 的状态是 ${state}，还没有可以比对的结果`, en: `Run ${run} is ${state}: it has come to nothing that another reading could be compared with`,
    hintZh: '等它结束后再重放；失败的先运行 hushu run retry', hintEn: 'Replay it when it has ended; a failed one is retried first (hushu run retry)', details: { run, state },
  });
}
