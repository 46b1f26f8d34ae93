/*
 * Role: departments, their clients, who holds which grant, the policies of routes, and the audit of every look.
 * Hides: how secrets are kept and compared, how many events share one commit, how the chain is signed.
 * Reads: schema access.
 * Writes: schema access; the audit is append only.
 * Never: knows what a grant allows, keeps a secret or a person's value, or lets a reply go before its event is durable.
 */
export { AnsweredCalls, type KeyedCall, type Taking } from './answered/answered-calls.js';
export { AuditWriter } from './audit/audit-writer.js';
export type { AuditEvent, AuditReceipt, AuditUse } from './audit/audit-event.js';
export { auditInvariants, type AuditInvariant } from './audit/audit-invariants.js';
export { dayOf, secondsToNextDay } from './audit/day.js';
export { ClientDirectory, type KnownClient } from './client/client-directory.js';
export { POLICIES, SCOPES, isPolicyName, isScope, refusal, type Caller, type Policy, type PolicyName, type Scope } from './policy/policy.js';
export type { Holding } from './holding/holding.entity.js';
export type { AccessCases } from './department/access-cases.js';
export { openAccessCases } from './department/open-cases.js';
