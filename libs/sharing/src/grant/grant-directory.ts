import { loadSql, type Database } from '#database';
import type { Client } from 'pg';
import { FieldCatalogue } from '../catalogue/field-spec.js';
import { readFieldSpecs } from '../catalogue/read-fields.js';
import type { Grant, StandingGrant } from './grant.js';
import { storeAway } from './store-away.js';

/** How often the standing grants are read again even when nobody rang. A revoked one is gone within this and a moment. */
const RECHECK_MS = 400;
/** How old what is known may become while re-checks fail. */
const AWAY_AFTER_MS = 1000;
const CHANNELS = ['hushu_access', 'hushu_sharing'];

interface Row { id: string; version: string; facets: string; divisions: string; department: string; definition: Grant }

/**
 * The grants that stand and the district's fields, in memory. Changes come by NOTIFY and, in case the bell
 * was missed, by a re-check; beyond both, every reading transaction asks for its grant again (see ReadLane).
 */
export class GrantDirectory {
  private grants: ReadonlyMap<string, StandingGrant> = new Map();
  private fields = new FieldCatalogue([]);
  private fieldsDigest = '';
  private listener: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | undefined;
  private again = false;
  private closed = false;
  /** Why nothing is known at the moment; what cannot be re-checked is not served. */
  private away: unknown;
  private readAt = 0;
  private readonly watchers: (() => Promise<void>)[] = [];

  constructor(private readonly database: Database) {}

  get catalogue(): FieldCatalogue {
    return this.fields;
  }

  /** Throws HUSHU-SHARING-11 while grants cannot be re-checked. */
  find(id: string): StandingGrant | undefined {
    this.known();
    return this.grants.get(id);
  }

  /** Throws HUSHU-SHARING-11 while grants cannot be re-checked. */
  listHeldBy(department: string): StandingGrant[] {
    this.known();
    return [...this.grants.values()].filter((grant) => grant.department === department);
  }

  /** Something else that is to be read again at the same moments. */
  alsoRefresh(watcher: () => Promise<void>): void {
    this.watchers.push(watcher);
  }

  async start(): Promise<void> {
    await this.refresh();
    await this.listen().catch(() => undefined);
    this.schedule();
  }

  async stop(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.listener?.end().catch(() => undefined);
    await this.refreshing?.catch(() => undefined);
  }

  /** Reads everything again; a call during a reading makes one more reading follow. */
  refresh(): Promise<void> {
    if (this.refreshing) {
      this.again = true;
      return this.refreshing;
    }
    this.refreshing = this.read().finally(() => {
      this.refreshing = undefined;
      if (this.again && !this.closed) {
        this.again = false;
        void this.refresh().catch(() => undefined);
      }
    });
    return this.refreshing;
  }

  private async read(): Promise<void> {
    const [{ rows }, fields] = await Promise.all([
      this.database.pool('sharing').query<Row>({ name: 'sharing-standing', text: loadSql(import.meta.dirname, 'standing_terms') }),
      readFieldSpecs(this.database),
      ...this.watchers.map((watcher) => watcher()),
    ] as const);
    const digest = JSON.stringify(fields);
    if (digest !== this.fieldsDigest) {
      this.fields = new FieldCatalogue(fields);
      this.fieldsDigest = digest;
    }
    this.grants = new Map(rows.map((row) => {
      const known = this.grants.get(row.id);
      return [row.id, known?.version === row.version && known.department === row.department ? known : standing(row)];
    }));
    this.away = undefined;
    this.readAt = performance.now();
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.refresh().catch((error: unknown) => { this.failed(error); }).then(async () => {
        if (!this.listener && !this.closed) await this.listen().catch(() => undefined);
        if (!this.closed) this.schedule();
      });
    }, RECHECK_MS);
    this.timer.unref();
  }

  /** A connection that was cut is no store that is away; reading transactions ask for their grant in any case. */
  private failed(error: unknown): void {
    if (performance.now() - this.readAt > AWAY_AFTER_MS) this.away = error;
  }

  private known(): void {
    if (this.away !== undefined) throw storeAway(this.away);
  }

  private async listen(): Promise<void> {
    const listener = await this.database.connect('sharing');
    listener.on('notification', () => { void this.refresh().catch(() => undefined); });
    listener.once('end', () => { this.listener = undefined; });
    for (const channel of CHANNELS) await listener.query(`listen ${channel}`);
    this.listener = listener;
    await this.refresh();
  }
}

function standing(row: Row): StandingGrant {
  return {
    ...row.definition, department: row.department, version: row.version, facets: row.facets, divisions: row.divisions,
    allowed: new Set(row.definition.fields), purposeCodes: new Set(row.definition.purposes.map((purpose) => purpose.code)),
  };
}
