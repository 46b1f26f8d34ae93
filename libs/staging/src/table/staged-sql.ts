import { fillSql, identifier, loadSql } from '#database';
import { feedRelation, stagedColumns, type FeedContract } from '#feeds';

/** What a row says, as opposed to where and when it came. */
const LEDGER = new Set(['source_key', 'role', 'row_no', 'row_hash', 'run', 'stamp']);

/** A delivery that is read again: `run` replays its feed, and its tables and changes serve every delivery in turn. */
export interface Replayed {
  run: number;
  /** The run whose delivery it is. */
  delivery: number;
  /** The run under which its rejects are kept. */
  rejects: number;
}

/** The relations and column lists of one feed that the SQL templates are filled with. */
export class StagedSql {
  readonly feed: string;
  readonly current: string;
  readonly past: string;
  readonly people: boolean;
  readonly columnNames: string[];

  /** @param replayed the shadows of that replay stand for the feed's relations, its own telling of the rejects' story for theirs */
  constructor(private readonly contract: FeedContract, private readonly replayed?: Replayed) {
    this.feed = feedRelation(contract.feed);
    this.current = replayed === undefined ? identifier('staging', `${this.feed}_row`) : this.shadow(replayed.run, 'now');
    this.past = replayed === undefined ? identifier('staging', `${this.feed}_past`) : this.shadow(replayed.run, 'past');
    this.people = contract.roles.length > 0;
    this.columnNames = stagedColumns(contract).map((column) => column.name);
  }

  /** What of a row its feed's state is told by: its key and what it says. */
  get stateColumns(): { name: string; type: string }[] {
    return stagedColumns(this.contract).filter(({ name }) => !LEDGER.has(name) || name === 'source_key' || name === 'role');
  }

  fresh(run: number): string {
    return identifier('staging', `${this.feed}_r${run}`);
  }

  /** The table in which a run replays the feed's rows that hold, or those that no longer do. */
  private shadow(run: number, rows: 'now' | 'past'): string {
    return identifier('staging', `${this.feed}_r${run}_${rows}`);
  }

  /** A file of match/sql, replay/sql, state/sql or apply/sql, for one run. */
  fill(directory: string, name: string, run: number): string {
    const template = loadSql(directory, name);
    const columns = (alias: string) => this.columnNames.map((column) => (alias === '' ? '' : `${alias}.`) + identifier(column)).join(', ');
    const stated = (alias: string) => this.stateColumns.map(({ name: column }) => (alias === '' ? '' : `${alias}.`) + identifier(column)).join(', ');
    const parts: Record<string, string> = {
      run: String(run), delivery: String(this.replayed?.delivery ?? run), rejects: String(this.replayed?.rejects ?? run),
      current: this.current, past: this.past, fresh: this.fresh(run), made: this.shadow(run, 'now'), made_past: this.shadow(run, 'past'),
      reject: this.replayed === undefined ? 'staging.reject' : 'pg_temp.told_reject', reject_end: this.replayed === undefined ? 'staging.reject_end' : 'pg_temp.told_end',
      redriven: this.replayed === undefined ? 'staging.redriven' : 'pg_temp.told_redriven',
      told: this.replayed === undefined ? `exists (select 1 from runs.run_status s where s.id = r.run and s.state = 'published')` : 'true',
      role: this.people ? 'role' : '0::int2',
      subject: this.people ? 'subject_key' : 'null::uuid',
      role_of_current: this.people ? 'c.role' : '0::int2',
      role_of_fresh: this.people ? 'f.role' : '0::int2',
      content: this.columnNames.filter((column) => !LEDGER.has(column)).map((column) => identifier(column)).join(', '),
      state: stated(''), current_state: stated('c'), fresh_state: stated('f'),
      columns: columns(''), current_columns: columns('c'), fresh_columns: columns('f'),
    };
    return fillSql(template, Object.fromEntries(Object.entries(parts).filter(([part]) => template.includes(`:{${part}}`))));
  }

  /** Every template filled, for the spec that prepares them. */
  static directories = { match: ['gone', 'stale', 'change', 'count', 'count_roles'], apply: ['past', 'close', 'change', 'open', 'same'],
    redrive: ['superseded'], reject: ['settle_redriven', 'settle_superseded', 'settle_delivered', 'settle_full'],
    replay: ['differing', 'gone', 'gone_past', 'made', 'made_past'], state: ['whole', 'first', 'turn'] };

  get feedId(): string {
    return this.contract.feed;
  }
}
