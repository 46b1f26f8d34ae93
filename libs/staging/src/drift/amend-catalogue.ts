import type { Database } from '#database';
import type { Amendment, FeedCatalogue } from '#feeds';
import { contractAmendments } from '#runs';

/** Puts what people settled about suppliers' changes on top of the folders, as it stands now. Everybody who reads deliveries begins with it. */
export async function amendCatalogue(database: Database, catalogue: FeedCatalogue): Promise<void> {
  const { inForce, history } = await contractAmendments<Amendment>(database.pool('staging'));
  catalogue.amend(inForce, history);
}
