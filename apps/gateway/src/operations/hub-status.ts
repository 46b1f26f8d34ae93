import { dayOf } from '#access';
import { loadSql, type Database } from '#database';
import type { Clock } from '#kernel';
import type { Freshness } from '#sharing';
import { camelKeys } from './camel-keys.js';

const KEPT_MS = 2000;
/** Counting everybody may take so large a share of the time and no more. */
const COUNTING_SHARE = 0.02;
const RUNS_SHOWN = 12;
const OPEN_COLUMNS = ['id', 'feed', 'mode', 'state', 'asOf', 'endedAt', 'rowsRead', 'rowsRejected', 'rowsUnchanged', 'rowsAdded', 'rowsChanged', 'rowsRemoved', 'rowsHeld', 'reasonRule'];

/** What anybody may see of the hub: how its feeds and runs stand and how many people it knows. Totals only. */
export class HubStatus {
  private kept: { at: number; text: Promise<string> } | undefined;
  private people: Record<string, number> = {};
  private countAgainAt = 0;

  constructor(private readonly database: Database, private readonly freshness: Freshness, private readonly clock: Clock) {}

  /** The status as JSON text, at most two seconds old however many ask. */
  text(): Promise<string> {
    const now = performance.now();
    if (!this.kept || now - this.kept.at > KEPT_MS) {
      const text = this.read();
      this.kept = { at: now, text };
      text.catch(() => { this.kept = undefined; });
    }
    return this.kept.text;
  }

  private async read(): Promise<string> {
    await this.freshness.refresh();
    const now = this.clock.now();
    const [runs, used, people] = await Promise.all([
      this.rows('operations', 'run_status', [null, null, null, RUNS_SHOWN, null]),
      this.rows('access', 'daily_use', [dayOf(now)]),
      this.countPeople(),
    ]);
    const shown = runs.map((run) => Object.fromEntries(Object.entries(camelKeys(run)).filter(([name]) => OPEN_COLUMNS.includes(name))));
    return JSON.stringify({ at: now.toISOString(), snapshot: this.freshness.snapshot, people, today: used[0], feeds: this.freshness.list(), runs: shown });
  }

  private async countPeople(): Promise<Record<string, number>> {
    const begun = performance.now();
    if (begun < this.countAgainAt) return this.people;
    const rows = await this.rows('operations', 'person', []);
    this.people = { registered: 0, provisional: 0, ...Object.fromEntries(rows.map((row) => [row['kind'], row['people']])) };
    this.countAgainAt = performance.now() + (performance.now() - begun) / COUNTING_SHARE;
    return this.people;
  }

  private async rows(role: 'operations' | 'access', name: string, values: unknown[]): Promise<Record<string, unknown>[]> {
    const { rows } = await this.database.pool(role).query<Record<string, unknown>>({
      name: `status-${name}`, text: loadSql(import.meta.dirname, name), values,
    });
    return rows;
  }
}
