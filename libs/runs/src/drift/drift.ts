/** What a supplier changed against its contract. */
export type DriftKind = 'column-new' | 'column-missing' | 'column-renamed' | 'column-retyped' | 'code-new' | 'null-rate' | 'distribution';

/** open and stopped wait for people; the rest are ends. */
export type DriftState = 'open' | 'stopped' | 'accepted' | 'mapped' | 'settled';

export type DriftVerb = 'accept' | 'map' | 'stop' | 'resume';

/** One thing a run showed. `subject` tells it from others of the same column; nothing in it is a value that speaks of a person. */
export interface Sighting { kind: DriftKind; field: string; subject: string; rows: number | null; detail: Record<string, unknown> }

/** What a step of a run showed, and what it looked for: entries of these kinds (of that column, or of any) that it did not show are settled. */
export interface DriftLook { sightings: Sighting[]; judged: { kind: DriftKind; field: string | null }[] }

/** One entry of the inbox. */
export interface Drift<Amendment = unknown> extends Sighting {
  id: number;
  feed: string;
  state: DriftState;
  /** Version of the contract by which the delivery that showed it was read. */
  contractVersion: string;
  firstRun: number;
  lastRun: number;
  firstSeen: Date;
  lastSeen: Date;
  /** Deliveries that showed it. */
  seen: number;
  decidedBy: string | null;
  reason: string | null;
  decidedAt: Date | null;
  mappedTo: string | null;
  amendments: Amendment[] | null;
  /** The feed's folder has taken the change up itself. */
  lapsed: boolean;
}

export const DRIFT_COLUMNS = `id, feed, kind, field, subject, rows::float8 as rows, detail, state, contract_version as "contractVersion", first_run as "firstRun", last_run as "lastRun",
  first_seen as "firstSeen", last_seen as "lastSeen", seen, decided_by as "decidedBy", reason, decided_at as "decidedAt", mapped_to as "mappedTo", amendments, lapsed`;
