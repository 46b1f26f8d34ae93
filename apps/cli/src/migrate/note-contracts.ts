import type { Database } from '#database';
import { contractChanges, type ContractDefinition, type FeedCatalogue } from '#feeds';
import { putContractsInForce } from '#runs';

/** Notes the district's contracts as those in force, with an event on the timeline of each feed whose contract changed. Returns those feeds. */
export function noteContracts(database: Database, catalogue: FeedCatalogue, by: string): Promise<string[]> {
  const contracts = catalogue.definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition }));
  return putContractsInForce<ContractDefinition>(database, contracts, by, (before, after) => ({ ...contractChanges(before, after) }));
}
