import { loadSql, type Database } from '#database';
import type { Client } from 'pg';
import { FieldCatalogue } from '../catalogue/field-spec.js';
import { readFieldSpecs } from '../catalogue/read-fields.js';
import type { Grant, StandingGrant } from './grant.js';

/** How often the standing grants are read again even when nobody rang. A revoked one is gone within this and a moment. */
const RECHECK_MS = 400;
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
  private readonly watchers: (() => Promise<void>)[] = [];

  constructor(private readonly database: Database) {}

  get catalogue(): FieldCatalogue {
    return this.fields;
  }

  find(id: string): StandingGrant | undefined {
    return this.grants.get(id);
  }

  listHeldBy(department: string): StandingGrant[] {
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
  }

  private schedule(): void {
    this.timer = setTimeout(() => {
      void this.refresh().catch(() => this.forgetAll()).then(async () => {
        if (!this.listener && !this.closed) await this.listen().catch(() => undefined);
        if (!this.closed) this.schedule();
      });
    }, RECHECK_MS);
    this.timer.unref();
  }

  /** What cannot be re-checked is not served. */
  private forgetAll(): void {
    this.grants = new Map();
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
