import { AuditWriter, openAccessCases, type AccessCases } from '#access';
import { systemClock } from '#kernel';
import { withStore, type Store } from '../frame/store.js';

export interface CaseWork { store: Store; cases: AccessCases; audit: AuditWriter }

/** Does some work on departments, clients and holdings, and closes what it needed. */
export async function withCases<T>(work: (parts: CaseWork) => Promise<T>): Promise<T> {
  return withStore(async (store) => {
    const audit = new AuditWriter(store.database, store.keys, systemClock);
    const cases = await openAccessCases(store.database, store.keys, audit, systemClock);
    try {
      return await work({ store, cases, audit });
    } finally {
      await cases.close();
      await audit.end();
    }
  });
}
