/**
 * A worker that does nothing but fetch one feed: the worker's own FetchLine on its own stores, without what else a
 * worker brings. Starts in a third of a second, so that it can be killed at every step of every transport.
 * argv: JSON {feed, config, store, keys, url, credentials, killAt?}; tells the points it passes, one a line.
 */
import { Database } from '#database';
import { neighbourHub, readNeighbours } from '#exchange';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys } from '#keys';
import { armKillPoint, FetchLedger, Ledger, recordKillPoints } from '#runs';
import { amendCatalogue, FetchedDeliveries } from '#staging';
import { FetchLine } from '../../dist/apps/worker/src/line/fetch.js';

const { feed, config, store, keys: keyFolder, url, credentials, killAt } = JSON.parse(process.argv[2]);
const worker = `fetcher-${process.pid}`;
const [catalogue, keys, neighbours] = await Promise.all([FeedCatalogue.load(config), loadKeys(keyFolder), readNeighbours(config)]);
const database = new Database({ url, passwordOf: (role) => `test-${role}`, applicationName: worker });
const fetches = new FetchLedger(database, new Ledger(database, systemClock));
const line = new FetchLine({
  fetches, catalogue, amend: () => amendCatalogue(database, catalogue), deliveries: new FetchedDeliveries(store, keys, fetches), clock: systemClock, worker,
  credential: async (name) => credentials[name],
  neighbour: async (name) => neighbourHub(neighbours, keys, name),
  onError: (_feed, error) => process.stderr.write(`${error.stack ?? error}\n`),
});
if (killAt === undefined) recordKillPoints((point) => process.stdout.write(`${point}\n`));
else armKillPoint(killAt);
// A feed whose dead worker's transaction has not ended yet is due and cannot be taken up.
while ((await fetches.due()).includes(feed)) await line.fetch(feed);
await database.end();
