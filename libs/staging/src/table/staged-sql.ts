import { fillSql, identifier, loadSql } from '#database';
import { feedRelation, stagedColumns, type FeedContract } from '#feeds';

/** What a row says, as opposed to where and when it came. */
const LEDGER = new Set(['source_key', 'role', 'row_no', 'row_hash', 'run', 'stamp']);

/** The relations and column lists of one feed that the SQL templates are filled with. */
export class StagedSql {
  readonly feed: string;
  readonly current: string;
  readonly past: string;
  readonly people: boolean;
  readonly columnNames: string[];

  constructor(private readonly contract: FeedContract) {
    this.feed = feedRelation(contract.feed);
    this.current = identifier('staging', `${this.feed}_row`);
    this.past = identifier('staging', `${this.feed}_past`);
    this.people = contract.roles.length > 0;
    this.columnNames = stagedColumns(contract).map((column) => column.name);
  }

  fresh(run: number): string {
    return identifier('staging', `${this.feed}_r${run}`);
  }

  /** A file of match/sql or apply/sql, for one run. */
  fill(directory: string, name: string, run: number): string {
    const template = loadSql(directory, name);
    const columns = (alias: string) => this.columnNames.map((column) => (alias === '' ? '' : `${alias}.`) + identifier(column)).join(', ');
    const parts: Record<string, string> = {
      run: String(run), current: this.current, past: this.past, fresh: this.fresh(run),
      role: this.people ? 'role' : '0::int2',
      subject: this.people ? 'subject_key' : 'null::uuid',
      role_of_current: this.people ? 'c.role' : '0::int2',
      role_of_fresh: this.people ? 'f.role' : '0::int2',
      content: this.columnNames.filter((column) => !LEDGER.has(column)).map((column) => identifier(column)).join(', '),
      columns: columns(''), current_columns: columns('c'), fresh_columns: columns('f'),
    };
    return fillSql(template, Object.fromEntries(Object.entries(parts).filter(([part]) => template.includes(`:{${part}}`))));
  }

  /** Every template filled, for the spec that prepares them. */
  static directories = { match: ['gone', 'stale', 'change', 'count', 'count_roles'], apply: ['past', 'close', 'change', 'open', 'same'],
    redrive: ['superseded'], reject: ['settle_redriven', 'settle_superseded', 'settle_delivered', 'settle_full'] };

  get feedId(): string {
    return this.contract.feed;
  }
}
