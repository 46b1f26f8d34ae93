import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { FeedCatalogue } from '#feeds';
import { keyOf, readDelivery } from '../../libs/population/src/read-out.fixture.js';

export interface Delivery { day: number; asOf: string; feed: string; file: string; mode: 'full' | 'delta' }
export interface PlantedError { feed: string; file: string; row: string; field: string; kind: string; rule: string }
export interface TruePerson { person: string; id_number: string; name: string; sex: string; birth_date: string; registered: string; household_no: string; division: string }
export interface TrueLink { feed: string; source_key: string; role: string; person: string }

/** What the simulator says about the district it wrote. */
export interface Truth { deliveries: Delivery[]; errors: PlantedError[]; people: Map<string, TruePerson>; links: TrueLink[]; findings: { rule: string; person: string }[] }

/** Rules of planted errors that do not throw a row out. */
const KEPT = new Set(['', 'duplicate', 'name-disagrees', 'identity-conflict', 'unregistered']);

export const throwsOut = ({ rule }: PlantedError): boolean => !KEPT.has(rule);

export function readTruth(folder: string): Truth {
  const table = <T>(name: string): T[] => parse(readFileSync(join(folder, 'truth', `${name}.csv`)), { columns: true }) as T[];
  return {
    deliveries: JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Delivery[],
    errors: table('errors'), people: new Map(table<TruePerson>('people').map((person) => [person.person, person])), links: table('links'), findings: table('findings'),
  };
}

/** A source record as it stands after all deliveries: its last good row, and what was planted in that. */
export interface StandingRow { feed: string; key: string; cells: Record<string, string>; errors: PlantedError[] }

/** The district's files, row by row: which key each row has, and what stands when all are delivered. */
export interface ReadDistrict {
  /** `file:row` → the row's source key. */
  keys: Map<string, string>;
  /** `feed key` → the record. */
  standing: Map<string, StandingRow>;
  /** Rows by file. */
  rows: Map<string, number>;
}

/**
 * Replays the deliveries by the rules every delivery has: a row that is thrown out leaves the record as it was, a
 * removal ends it, and a full delivery ends whatever it does not name.
 */
export async function readDistrict(catalogue: FeedCatalogue, folder: string, truth: Truth): Promise<ReadDistrict> {
  const planted = new Map<string, PlantedError[]>();
  for (const error of truth.errors) planted.set(`${error.file}:${error.row}`, [...(planted.get(`${error.file}:${error.row}`) ?? []), error]);
  const read: ReadDistrict = { keys: new Map(), standing: new Map(), rows: new Map() };
  for (const delivery of truth.deliveries) {
    const { feed, file, mode } = delivery;
    const contract = catalogue.get(feed);
    const { rows } = await readDelivery(catalogue, folder, delivery);
    read.rows.set(file, rows.length);
    const named = new Set<string>();
    for (const { row, cells } of rows) {
      const errors = planted.get(`${file}:${row}`) ?? [];
      const key = keyOf(contract, cells);
      read.keys.set(`${file}:${row}`, key);
      named.add(`${feed} ${key}`);
      if (errors.some(throwsOut)) continue;
      if (contract.operation && cells[contract.operation.field] === contract.operation.remove) read.standing.delete(`${feed} ${key}`);
      else read.standing.set(`${feed} ${key}`, { feed, key, cells, errors });
    }
    if (mode === 'full') for (const [at, one] of read.standing) if (one.feed === feed && !named.has(at)) read.standing.delete(at);
  }
  return read;
}
