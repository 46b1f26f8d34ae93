import type { Database } from '#database';
import type { Clock } from '#kernel';
import type { Keys } from '#keys';
import type { AuditWriter } from '../audit/audit-writer.js';
import type { AccessCases } from './access-cases.js';

/** Opens the cases of access. TypeORM is loaded only here, so that a door which only serves starts without it. */
export async function openAccessCases(database: Database, keys: Keys, audit: AuditWriter, clock: Clock): Promise<AccessCases> {
  const { AccessCases } = await import('./access-cases.js');
  return AccessCases.open(database, keys, audit, clock);
}
