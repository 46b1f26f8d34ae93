/**
 * A worker that does nothing but one round for neighbour hubs, on its own stores: so that it can be killed at every step
 * of it. argv: JSON {config, keys, url, credentials, killAt}.
 */
import { AuditWriter } from '#access';
import { Database } from '#database';
import { Exchange, Offers, Outgoing, readNeighbours, Upstream } from '#exchange';
import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { loadKeys } from '#keys';
import { armKillPoint } from '#runs';

const { config, keys: keyFolder, url, credentials, killAt } = JSON.parse(process.argv[2]);
const [catalogue, keys, neighbours] = await Promise.all([FeedCatalogue.load(config), loadKeys(keyFolder), readNeighbours(config)]);
const database = new Database({ url, passwordOf: (role) => `test-${role}`, applicationName: `exchanger-${process.pid}` });
const audit = new AuditWriter(database, keys, systemClock);
const parts = { database, keys, clock: systemClock, neighbours, audit, catalogue, credential: async (name) => credentials[name] };
armKillPoint(killAt);
await new Exchange(new Offers(parts), new Outgoing(parts), new Upstream(parts)).round(new AbortController().signal);
await audit.end();
await database.end();
