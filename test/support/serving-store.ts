import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditWriter, ClientDirectory, openAccessCases, type AccessCases } from '#access';
import { readContracts, type FeedContract } from '#feeds';
import { systemClock, type Clock } from '#kernel';
import { documentToken, Keys } from '#keys';
import { publishedFields, registryTables } from '#registry';
import { Freshness, GrantDirectory, loadSharing, PersonQuery, type Supply, type Throttle } from '#sharing';
import pg from 'pg';
import { testDatabase, type TestDatabase } from './database.js';

const ROOT = join(import.meta.dirname, '../..');

/** A grant as its file says it; what is left out takes the demonstration's values. */
export interface TestGrant {
  grant: string; department?: string; products?: string[]; fields?: string[]; divisions?: string[]; kinds?: string[];
  withhold?: { fields: string[]; under: number }[]; requires?: { purpose: string[]; operator: string[] };
  quota?: { perSecond: number; burst: number; perDay: number }; valid?: { from: string; to?: string };
}

/** One person: kind and division, and the columns of the facets they have. */
export interface TestPerson { idNumber: string; kind?: 'registered' | 'provisional'; division?: string; facets: Record<string, Record<string, unknown>> }

/** A store with the district's real contracts, tables, policies and grants, filled by hand. */
export interface ServingStore {
  store: TestDatabase;
  admin: pg.Client;
  keys: Keys;
  contracts: FeedContract[];
  supply: Supply;
  cases: AccessCases;
  audit: AuditWriter;
  directory: GrantDirectory;
  clients: ClientDirectory;
  freshness: Freshness;
  query: PersonQuery;
  tokenOf(idNumber: string): string;
  addPeople(people: TestPerson[]): Promise<void>;
  loadGrants(grants: TestGrant[]): Promise<void>;
  close(): Promise<void>;
}

export const UNLIMITED: Throttle = { take: () => ({ limit: 1e9, remaining: 1e9, resetSeconds: 1 }) };

export async function servingStore(options: { throttle?: Throttle; clock?: Clock; configDir?: string } = {}): Promise<ServingStore> {
  const clock = options.clock ?? systemClock;
  const keys = new Keys(new Map([[1, Buffer.alloc(32, 5)]]));
  const { contracts, faults } = await readContracts(options.configDir ?? join(ROOT, 'config'));
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  const store = await testDatabase(registryTables(contracts));
  const { database } = store;

  const supply: Supply = { fields: publishedFields(contracts), feeds: feedTerms(contracts) };
  const audit = new AuditWriter(database, keys, clock);
  const cases = await openAccessCases(database, keys, audit, clock);
  const directory = new GrantDirectory(database);
  const clients = new ClientDirectory(database, keys);
  const freshness = new Freshness(database, clock);
  directory.alsoRefresh(() => clients.refresh());
  directory.alsoRefresh(() => freshness.refresh());
  const query = new PersonQuery({ database, keys, clock, audit, directory, freshness, throttle: options.throttle ?? UNLIMITED });
  const admin = new pg.Client({ connectionString: store.url });
  admin.on('error', () => undefined);
  await admin.connect();
  await admin.query(`insert into registry.applied values (1, 'household-registration', '2025-01-01', '2025-01-02')`);
  await directory.start();
  const folder = mkdtempSync(join(tmpdir(), 'hushu-grants-'));
  const tokenOf = (idNumber: string): string => documentToken(keys, '111', idNumber)!;

  return {
    store, admin, keys, contracts, supply, cases, audit, directory, clients, freshness, query, tokenOf,
    async addPeople(people) {
      for (const { idNumber, kind = 'registered', division = '370306', facets } of people) {
        const person = tokenOf(idNumber);
        const version = { person, known_from: '2025-01-02', source_run: 1, valid_from: '2025-01-01' };
        await insert(admin, 'person', { person, kind, status: '1', division, since_run: 1 });
        for (const [facet, values] of Object.entries(facets)) {
          const table = facet === 'identity' ? `${kind}_identity` : `${facet}_row`;
          await insert(admin, table, { ...version, ...(facet === 'identity' && { document: person, document_kind: '111' }), ...values });
        }
      }
    },
    async loadGrants(grants) {
      cpSync(join(ROOT, 'config/products'), join(folder, 'products'), { recursive: true });
      for (const part of ['departments', 'grants']) mkdirSync(join(folder, part), { recursive: true });
      for (const grant of grants) writeGrant(folder, grant);
      await loadSharing(folder, supply, { database, cases, audit, clock });
      await directory.refresh();
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
      await query.end();
      await directory.stop();
      await cases.close();
      await audit.end();
      await admin.end();
      await store.drop();
    },
  };
}

export function feedTerms(contracts: FeedContract[]): Supply['feeds'] {
  return contracts.map(({ feed, title, supplier, freshness }) => ({
    feed, title, supplier: { id: supplier.id, zh: supplier.zh, en: supplier.en }, overdueAfterDays: freshness.overdueAfterDays,
  }));
}

/** YAML holds JSON, so a file is written as that. */
function writeGrant(folder: string, given: TestGrant): void {
  const department = given.department ?? 'civil-affairs';
  const words = (text: string): object => ({ zh: text, en: text });
  const write = (part: string, name: string, content: object): void => {
    writeFileSync(join(folder, part, `${name}.yaml`), JSON.stringify(content, null, 1));
  };
  write('departments', department, { department, title: words(department), hub: department === 'data-office' });
  write('grants', given.grant, {
    grant: given.grant, title: words(given.grant), department,
    products: given.products ?? ['registered-population', 'residence', 'marriage', 'housing-security'],
    ...(given.fields && { fields: given.fields }),
    purposes: { 'marriage-registration': words('marriage') },
    requires: given.requires ?? { purpose: ['caseNo'], operator: ['id', 'name', 'unit'] },
    population: { kinds: given.kinds ?? ['registered', 'provisional'], divisions: given.divisions ?? ['*'] },
    withhold: given.withhold ?? [],
    quota: given.quota ?? { perSecond: 100000, burst: 100000, perDay: 10000000 },
    valid: given.valid ?? { from: '2025-01-01' },
    approved: { by: words('group'), at: '2025-01-01', reference: 'test' },
  });
}

async function insert(admin: pg.Client, table: string, row: Record<string, unknown>): Promise<void> {
  await admin.query(`insert into registry.${pg.escapeIdentifier(table)} select * from jsonb_populate_record(null::registry.${pg.escapeIdentifier(table)}, $1)`, [JSON.stringify(row)]);
}
