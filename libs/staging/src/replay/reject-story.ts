import type { Database } from '#database';
import { loadSql } from '#database';
import { killPoint, type Lease } from '#runs';
import type { Client, ClientBase } from 'pg';
import type { KeptLine } from '../redrive/redriven-lines.js';
import { settleAs } from '../reject/settle-rejects.js';
import type { StagedSql } from '../table/staged-sql.js';

/** A delivery that was read again, as the rejects see it. */
interface Told { mode: 'full' | 'delta'; redrive: number | null; delivery: number; rejects: number }

/**
 * What becomes of a feed's rejects while its deliveries are read again: told anew from the first on, by the statements
 * that settle them when deliveries are published, in tables of a connection of its own. Without it nobody could say
 * which of them a re-drive found open in its place. What is told of a late run is kept under the negatives of the
 * rejects' runs until that run is published.
 */
export class RejectStory {
  /** Whether there is anything to settle yet. */
  private some = false;

  private constructor(private readonly client: Client, private readonly lease: Lease) {}

  static async begin(database: Database, lease: Lease): Promise<RejectStory> {
    const client = await database.connect('staging');
    try {
      await client.query(
        `create temporary table told_reject (run int4, row_no int4, ordinal int2, feed text, source_key uuid, primary key (run, row_no));
         create index on told_reject (source_key);
         create temporary table told_end (run int4, row_no int4, how text, by_run int4, by_row int4, primary key (run, row_no));
         create temporary table told_redriven (redrive int4, of_run int4, of_row int4, row_no int4, as_run int4, as_row int4, primary key (redrive, row_no))`);
      return new RejectStory(client, lease);
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  end(): Promise<void> {
    return this.client.end();
  }

  /** Where the relations can be seen that are told anew. */
  async transaction<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const { client, lease } = this;
    await client.query('begin');
    try {
      await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
      const done = await work(client);
      await client.query('commit');
      return done;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  /**
   * Opens the rejects of a delivery that was read again and settles what it settles of those before; its rows are
   * not yet in place. What it rejected when it was published and rejects no more is passed by.
   * @param rows its rows that were rejected; null: all that are kept under its run
   * @returns how many of them are not kept anywhere: it took them when it was published
   */
  settle(sql: StagedSql, told: Told, rows: readonly number[] | null): Promise<number> {
    return this.transaction(async (client) => {
      const kept = await this.open(client, sql, rows);
      if (rows !== null && told.rejects === told.delivery && (await client.query(this.fill(sql, 'moot'), [rows])).rowCount !== 0) this.some = true;
      if (this.some) await settleAs(client, sql, this.lease.run, told);
      return (rows?.length ?? kept) - kept;
    });
  }

  /**
   * Finds which rejects an order takes in its place: where one of those it took was rejected once more before it, by a
   * delivery that came late, the record's line is that delivery's.
   * @param driveable whether a line can be driven
   * @returns the rows of its delivery of which it is so
   */
  drive(sql: StagedSql, redrive: number, driveable: (line: KeptLine) => Promise<boolean>): Promise<number[]> {
    return this.transaction(async (client) => {
      await client.query('truncate told_redriven');
      await client.query(this.fill(sql, 'driven'), [redrive]);
      const { rows } = await client.query<KeptLine>(this.fill(sql, 'driven_line'), [redrive, true, 0, null]);
      const moved: number[] = [], back: number[] = [];
      for (const line of rows) (await driveable(line) ? moved : back).push(line.row_no);
      if (back.length > 0) await client.query('update told_redriven set of_run = as_run, of_row = as_row where row_no = any ($1)', [back]);
      return moved;
    });
  }

  /** The lines an order takes in its place, in the order of its delivery. */
  async drivenLines(sql: StagedSql, redrive: number, after: number, most: number): Promise<KeptLine[]> {
    return (await this.client.query<KeptLine>(this.fill(sql, 'driven_line'), [redrive, false, after, most])).rows;
  }

  /** A delivery that is known for the one before it: where it was read in its time its rejects stand for those. */
  repeat(sql: StagedSql, { rejects, delivery }: Told, before: number): Promise<void> {
    return this.transaction(async (client) => {
      if (rejects !== delivery) return;
      await client.query(this.fill(sql, 'repeated'), [before]);
      await this.open(client, sql, null);
    });
  }

  /** Leaves what was told to the run's publish. */
  async keep(feed: string): Promise<void> {
    await this.transaction(async (client) => {
      await client.query(loadSql(import.meta.dirname, 'ends_left'), [feed]);
      await client.query('insert into staging.reject_end (run, row_no, how, by_run, by_row) select -run, row_no, how, by_run, by_row from told_end');
    });
    killPoint('replay.settled', this.lease.run);
  }

  private async open(client: ClientBase, sql: StagedSql, rows: readonly number[] | null): Promise<number> {
    const { rowCount } = await client.query(this.fill(sql, 'opened'), [rows]);
    const opened = rowCount ?? 0;
    if (opened > 0) this.some = true;
    if (opened > 1000) await client.query('analyze told_reject, told_end');
    return opened;
  }

  private fill(sql: StagedSql, name: string): string {
    return sql.fill(import.meta.dirname, name, this.lease.run);
  }
}
