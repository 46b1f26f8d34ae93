/*
 * Role: landed → staged or rejected; what changed since the last delivery; the rows of each feed that hold, and those that held.
 * Hides: digests, known rows, chunks, contested keys, the tables of runs.
 * Reads: deliveries, schema staging.
 * Writes: schema staging, the store of sealed deliveries.
 * Never: decides who a person is, or reads anything downstream.
 */
export { fileStatOf, openDelivery } from './land/open-delivery.js';
export { FetchedDeliveries } from './land/fetch-delivery.js';
export { amendCatalogue } from './drift/amend-catalogue.js';
export { sourceLook } from './drift/source-look.js';
export { decideDrift, type DriftDecision } from './drift/decide-drift.js';
export { Stager, type StagerOptions } from './scan/stager.js';
export { tryDelivery, type Trial } from './scan/try-delivery.js';
export { applyStaged, clearRun, listLeftRuns, runTable, type StagedRun } from './apply/apply-staged.js';
export { keyStaged } from './apply/key-staged.js';
export { stagingTables } from './table/staging-tables.js';
export { StagedSql } from './table/staged-sql.js';
export { listRejects, type Reject } from './reject/list-rejects.js';
export { listUnmeasured, measureRun } from './quality/measure-run.js';
export { DIMENSIONS } from './quality/judge.js';
export { feedColour } from './quality/feed-colour.js';
export { isOverdue, NO_CONDITION, readConditions } from './quality/feed-condition.js';
export { groupRejects, type RejectGroup } from './reject/group-rejects.js';
export { readSettled, type SettledRejects } from './reject/read-settled.js';
export { countRejects, REJECT_STATES, searchRejects, type FoundReject, type RejectFacet, type RejectFilter, type RejectState } from './reject/search-rejects.js';
export { reportForm, reportRejects, type ReportedFeed } from './reject/report-rejects.js';
export { valueToken } from './reject/value-token.js';
export { countMatching } from './redrive/reject-filter.js';
export { MOST_REPAIRS, sealRepairs, type Repair } from './redrive/repair.js';
export { readOutcome, type RedriveOutcome } from './redrive/read-outcome.js';
export { Redriver } from './redrive/redriver.js';
export { CopyKeeper, copyFaults, type KeptCopy } from './retention/copy-keeper.js';
export { readRetentionSettings, type RetentionSettings } from './retention/retention-settings.js';
export { clearReplay, replayRun } from './replay/replay-run.js';
export { stagingInvariants } from './table/staging-invariants.js';
