import { readStatement } from '#keys';
import { transportFault } from '../fault.js';
import type { NeighbourHub } from '../transport.js';

/** Kinds of what hubs sign for one another. */
export const STATEMENT = { manifest: 'hushu-manifest', receipt: 'hushu-receipt', returned: 'hushu-return' } as const;

/** Who says what of which delivery: `feed` as the giver calls it, `sequence` dense from 1 by giver, taker and feed. */
export interface HubDelivery { from: string; to: string; feed: string; sequence: number }

/** What the giver says of a delivery. */
export interface HubManifest extends HubDelivery {
  fileName: string;
  bytes: number;
  /** Data rows, without a header. */
  rows: number;
  /** Of the bytes, hex. */
  sm3: string;
  /** ISO 8601. */
  asOf: string;
  mode: 'full' | 'delta';
  /** Version of the giver's contract it was read by. */
  contract: string;
  /** The feed's with the giver. */
  origin: string;
  batchNo: string | null;
}

/** What the taker says came of it, once that is final. */
export interface HubReceipt extends HubDelivery {
  outcome: 'taken' | 'refused';
  /** Of the bytes as they arrived, hex; null when they were not looked at. */
  sm3: string | null;
  counts: Record<string, number> | null;
  /** Why it was refused. */
  rule: string | null;
  at: string;
}

/** What the taker says of a report of its rejects, which goes back in the form the delivery came in. */
export interface HubReturn extends HubDelivery { fileName: string; bytes: number; rows: number; sm3: string; at: string }

const whole = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const like = (pattern: RegExp) => (value: unknown): boolean => typeof value === 'string' && pattern.test(value);
const time = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value));
const orNull = (test: (value: unknown) => boolean) => (value: unknown): boolean => value === null || test(value);
const SM3 = like(/^[0-9a-f]{64}$/);
const NAME = like(/^[^/\\\p{Cc}]{1,200}$/u);

const PARTS: Readonly<Record<keyof typeof STATEMENT, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  manifest: {
    fileName: NAME, bytes: whole, rows: whole, sm3: SM3, asOf: time, mode: like(/^(full|delta)$/), contract: like(/^[\w.-]{1,100}$/),
    origin: like(/^[a-z-]{1,40}$/), batchNo: orNull(like(/^[^\p{Cc}]{1,100}$/u)),
  },
  receipt: {
    outcome: like(/^(taken|refused)$/), sm3: orNull(SM3), rule: orNull(like(/^[\w.-]{1,100}$/)), at: time,
    counts: orNull((value) => typeof value === 'object' && Object.entries(value as object).every(([name, count]) => /^[a-z]{1,20}$/.test(name) && whole(count))),
  },
  returned: { fileName: NAME, bytes: whole, rows: whole, sm3: SM3, at: time },
};

interface Statements { manifest: HubManifest; receipt: HubReceipt; returned: HubReturn }

/** What is wrong with a statement: its signature, whom or what it speaks of, or a part that is not as agreed. */
export interface StatementProblem { rule: 'manifest-signature' | 'manifest-faulty'; part: string }

/** Reads what a neighbour signed about one delivery. `about` is the delivery it must speak of. Reads only, never throws. */
export function readHubStatement<Kind extends keyof typeof STATEMENT>(
  kind: Kind, statement: unknown, keys: readonly string[], about: HubDelivery,
): { says: Statements[Kind] } | { problem: StatementProblem } {
  const read = readStatement(statement, STATEMENT[kind], keys);
  if ('fault' in read) return { problem: { rule: 'manifest-signature', part: read.fault } };
  const { says } = read;
  const wrong = (['from', 'to', 'feed', 'sequence'] as const).find((part) => says[part] !== about[part])
    ?? Object.entries(PARTS[kind]).find(([part, test]) => !test(says[part]))?.[0];
  return wrong === undefined ? { says: says as unknown as Statements[Kind] } : { problem: { rule: 'manifest-faulty', part: wrong } };
}

/** A manifest of a delivery that is to be taken. @throws HubError manifest-signature, manifest-faulty */
export function readHubManifest(statement: unknown, neighbour: NeighbourHub, feed: string, sequence: number): HubManifest {
  const read = readHubStatement('manifest', statement, neighbour.keys, { from: neighbour.hub, to: neighbour.self, feed, sequence });
  if ('says' in read) return read.says;
  const { rule, part } = read.problem;
  const details = { hub: neighbour.hub, feed, sequence, part };
  if (rule === 'manifest-signature') {
    throw transportFault(rule, `${neighbour.hub} 的第 ${sequence} 批清单签名不成立 (${part})`, `The manifest of ${neighbour.hub}'s delivery ${sequence} is not signed by it (${part})`, details);
  }
  throw transportFault(rule, `${neighbour.hub} 的第 ${sequence} 批清单有误或说的不是这一批: ${part}`, `The manifest of ${neighbour.hub}'s delivery ${sequence} is faulty or speaks of another: ${part}`, details);
}
