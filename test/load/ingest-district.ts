import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_ORDER, simulate } from '#population';
import { simulatorDigest } from './ingest-files.js';
import { IngestServer, type Delivered } from './ingest-hub.js';
import { machine, ROOT, writeSection } from './report.js';

const PEOPLE = 407_016;
const DISTRICT = 'district';

interface Entry { feed: string; file: string; mode: 'full' | 'delta'; asOf: string }

/** A whole district's first deliveries, one feed after another on an empty store, with the errors people make. */
export async function runDistrict(people: number, cache: string, json: boolean, say: (line: string) => void, tell: (delivered: Delivered) => void): Promise<number> {
  const config = join(ROOT, 'config');
  const folder = join(cache, 'bench', `district-${people}-${simulatorDigest()}`);
  if (!existsSync(folder)) {
    say(`inventing a district of ${people.toLocaleString('en')} people …`);
    rmSync(`${folder}.half`, { recursive: true, force: true });
    mkdirSync(`${folder}.half`, { recursive: true });
    await simulate({ people, seed: 'bench', out: `${folder}.half`, config, feeds: FEED_ORDER, dirt: 'default', truth: false });
    renameSync(`${folder}.half`, folder);
  }
  const entries = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Entry[];
  const server = await IngestServer.start(cache);
  try {
    await server.create(DISTRICT);
    const hub = await server.hub(DISTRICT, config, true);
    const feeds: { feed: string; format: string; rows: number; rejected: number; seconds: number; megabytes: number }[] = [];
    try {
      for (const { feed, file, mode, asOf } of entries) {
        const path = join(folder, file);
        const delivered = await hub.deliver(feed, path, asOf, mode);
        tell(delivered);
        const { ms, run: { counts } } = delivered;
        feeds.push({ feed, format: path.slice(path.lastIndexOf('.') + 1), rows: counts.read, rejected: counts.rejected, seconds: ms / 1000, megabytes: statSync(path).size / 1e6 });
        say(`${feed}: ${counts.read.toLocaleString('en')} rows, ${(ms / 1000).toFixed(1)} s`);
      }
      const [persons, bytes] = await server.admin(async (client) => {
        const { rows: [row] } = await client.query<{ persons: string; bytes: string }>('select (select count(*) from registry.person) as persons, pg_database_size(current_database()) as bytes');
        return [Number(row!.persons), Number(row!.bytes)];
      }, DISTRICT);
      const total = feeds.reduce((sum, { seconds }) => sum + seconds, 0);
      const rows = feeds.reduce((sum, one) => sum + one.rows, 0);
      const number = (value: number): string => value.toLocaleString('en');
      const table = [
        `${number(people)} people invented, all twelve feeds with planted errors, from an empty store, raw deliveries kept; ${machine()}; once.`,
        '', '| feed | format | MB | rows | rejected | seconds | µs a row |', '|---|---|---|---|---|---|---|',
        ...feeds.map((one) => `| ${one.feed} | ${one.format} | ${one.megabytes.toFixed(1)} | ${number(one.rows)} | ${number(one.rejected)} | ${one.seconds.toFixed(2)} | ${(one.seconds * 1e6 / one.rows).toFixed(1)} |`),
        `| all | | ${feeds.reduce((sum, { megabytes }) => sum + megabytes, 0).toFixed(1)} | ${number(rows)} | ${number(feeds.reduce((sum, { rejected }) => sum + rejected, 0))} | ${total.toFixed(1)} | ${(total * 1e6 / rows).toFixed(1)} |`,
        '', `${number(persons)} persons are in the registry then; the store takes ${Math.round(bytes / 2 ** 20)} MiB. The worker's memory at its peak: ${hub.peak()} MiB.`,
      ].join('\n');
      if (people === PEOPLE) writeSection('district', 'A whole district', table);
      process.stdout.write(json ? `${JSON.stringify({ people, seconds: Number(total.toFixed(1)), rows, persons, workerMiB: hub.peak(), feeds })}\n` : `${table}\n`);
      return 0;
    } finally {
      await hub.stop();
    }
  } finally {
    await server.stop();
  }
}
