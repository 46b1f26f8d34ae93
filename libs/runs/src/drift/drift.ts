import type { Text } from '#kernel';

/** What a supplier changed against its contract. */
export const DRIFT_KINDS = ['column-new', 'column-missing', 'column-renamed', 'column-retyped', 'code-new', 'null-rate', 'distribution'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

/** open and stopped wait for people; the rest are ends. */
export const DRIFT_STATES = ['open', 'stopped', 'accepted', 'mapped', 'settled'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

const WORDS: Record<DriftKind, Text> = {
  'column-new': { zh: '多出的列', en: 'New column' },
  'column-missing': { zh: '缺少的列', en: 'Missing column' },
  'column-renamed': { zh: '可能改名的列', en: 'Column perhaps renamed' },
  'column-retyped': { zh: '列的类型变了', en: 'Column of another type' },
  'code-new': { zh: '新代码', en: 'New code' },
  'null-rate': { zh: '空值突增', en: 'Jump in empty values' },
  distribution: { zh: '代码分布突变', en: 'Jump in the shares of codes' },
};

/** What a kind of drift is called. */
export function driftWords(kind: DriftKind): Text {
  return WORDS[kind];
}

export type DriftVerb = 'accept' | 'map' | 'stop' | 'resume';

/** One thing a run showed. `subject` tells it from others of the same column; nothing in it is a value that speaks of a person. */
export interface Sighting { kind: DriftKind; field: string; subject: string; rows: number | null; detail: Record<string, unknown> }

/** What a step of a run showed, and what it looked for: entries of these kinds (of that column, or of any) that it did not show are settled. */
export interface DriftLook {
  sightings: Sighting[];
  judged: { kind: DriftKind; field: string | null }[];
  /** By which the source was looked at; a run has a version of its own. */
  contractVersion?: string;
}

/** One entry of the inbox. */
export interface Drift<Amendment = unknown> extends Sighting {
  id: number;
  feed: string;
  state: DriftState;
  /** Version of the contract by which the delivery, or the source, that showed it was read. */
  contractVersion: string;
  /** Null: no delivery has shown it, only looks at the source. */
  firstRun: number | null;
  lastRun: number | null;
  firstSeen: Date;
  lastSeen: Date;
  /** Deliveries, and looks at the source, that showed it. */
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
