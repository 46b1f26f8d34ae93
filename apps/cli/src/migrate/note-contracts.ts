import type { Database } from '#database';
import { contractChanges, type Amendment, type ContractDefinition, type FeedCatalogue } from '#feeds';
import { putContractsInForce } from '#runs';

/**
 * Notes the district's contracts as those in force, with what people settled on top of them, and an event on the
 * timeline of each feed whose contract changed. What a folder has taken up itself falls away. Returns those feeds.
 */
export function noteContracts(database: Database, catalogue: FeedCatalogue, by: string): Promise<string[]> {
  return putContractsInForce<ContractDefinition>(database, (inForce) => {
    const decided = inForce.map((one) => ({ ...one, amendments: one.amendments as Amendment[] }));
    catalogue.amend(decided);
    return {
      contracts: catalogue.definitions.map((definition) => ({ feed: definition.feed, version: definition.version, definition, amended: definition.amended })),
      lapsed: decided.filter(({ feed, amendments }) => catalogue.find(feed) !== undefined && !catalogue.stands(feed, amendments)).map(({ drift }) => drift),
    };
  }, by, (before, after) => ({ ...contractChanges(before, after) }));
}
