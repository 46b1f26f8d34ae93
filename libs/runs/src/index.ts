/*
 * Role: the run ledger: what was delivered, who works on it, how far it got, what it did; which feeds are due to be fetched.
 * Hides: states, leases with fencing tokens, the publish lane, the outbox, chunks.
 * Reads: schema runs.
 * Writes: schema runs.
 * Never: knows what a delivery holds, or what staging, linking or applying mean.
 */
export { Ledger, LEASE, NEXT_QUEUE, type Delivery, type Outcome } from './ledger/ledger.js';
export type { PublishedRun, RunStory } from './ledger/feed-story.js';
export { NO_COUNTS, type Lease, type Run, type RunCounts, type RunReason, type RunState, type StagedState, type StepCount } from './ledger/run.js';
export { FetchLedger, type Claimed, type FetchEnd, type FetchLease, type FetchState } from './fetch/fetch-ledger.js';
export type { Verb } from './decision/decide.js';
export { readOfficerSettings, type OfficerSettings } from './decision/officer-settings.js';
export { Redrives, type RedriveOrder } from './redrive/redrives.js';
export { readRedrives, type RedriveProgress, type RedriveSearch } from './redrive/read-redrives.js';
export type { Redrive, RedriveFilter, RedriveLease, RedriveState } from './redrive/redrive.js';
export { Copies, type CopyStatus } from './copy/copies.js';
export { Replays } from './replay/replays.js';
export type { Replay, ReplayEnd, ReplayFinding, ReplayLease, ReplayState, ReplayVerdict } from './replay/replay.js';
export { runInvariants } from './verify/run-invariants.js';
export { holdLease } from './ledger/hold-lease.js';
export { noteEvent, noteEventOnce, type FeedEvent } from './timeline/note-event.js';
export { readTimeline, type TimelineEntry, type TimelinePlace } from './timeline/read-timeline.js';
export { Progress } from './progress/progress.js';
export { readProgress, readTransitions, type RunProgress, type RunTransition } from './progress/read-progress.js';
export { contractAmendments, Drifts, isStopped, type ContractChange, type DriftDecided, type DriftFilter } from './drift/drifts.js';
export { DRIFT_KINDS, DRIFT_STATES, driftWords } from './drift/drift.js';
export type { Drift, DriftKind, DriftLook, DriftState, DriftVerb, Sighting } from './drift/drift.js';
export { noteDrift } from './drift/note-drift.js';
export { contractInForce, contractsInForce, type ContractInForce, putContractsInForce } from './contract/contracts-in-force.js';
export { putSettingsInForce, type SettingsFile } from './setting/settings-in-force.js';
export { armKillPoint, killPoint, recordKillPoints } from './kill-point.js';
