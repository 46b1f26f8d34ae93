import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Hit, Shot } from './cannon.js';
import { machine, median, option, withSpread, writeSection } from './report.js';
import { servingHub } from './serving-hub.js';

const PEOPLE = 407_016;
const FIELDS = ['identity', 'registration'];
const ALL_FIELDS = ['identity', 'registration', 'residence', 'marriage', 'housing'];
const CONNECTIONS = 64;
const BATCH = 1000;

/**
 * Serving against a bare handler on the same machine, in the same run: granted and audited single queries,
 * 1,000-id batches, and the tail at half load. Runs alternate, so that what else the machine does meets all alike.
 */
export async function run(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const people = Number(option(args, 'people') ?? PEOPLE);
  const rounds = Number(option(args, 'rounds') ?? 5);
  const seconds = Number(option(args, 'seconds') ?? 5);
  const say = (line: string): void => { process.stderr.write(`${line}\n`); };
  const hub = await servingHub(people, say);
  const cannon = fork(join(import.meta.dirname, 'cannon.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const fire = async (shot: Omit<Shot, 'seconds'> & { seconds?: number }): Promise<Hit> => {
    cannon.send({ seconds, ...shot });
    const [hit] = await once(cannon, 'message') as [Hit];
    if (hit.failed > 0) throw new Error(`${hit.failed} of ${hit.calls} calls to ${shot.url} failed`);
    return hit;
  };
  try {
    const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' };
    const query = { url: `${hub.gateway}/v1/persons/query`, headers, connections: CONNECTIONS };
    const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
    const bare = { url: hub.bare, connections: CONNECTIONS, paths: many(5000, hub.barePath) };
    const single = { ...query, bodies: many(5000, () => hub.bodyOf(1, FIELDS)) };
    const full = { ...query, bodies: many(5000, () => hub.bodyOf(1, ALL_FIELDS)) };
    const batch = { ...query, connections: 4, bodies: many(50, () => hub.bodyOf(BATCH, ALL_FIELDS)) };
    for (const shot of [bare, single, full, batch]) await fire({ ...shot, seconds: 3 });

    const hits: Record<'bare' | 'single' | 'full' | 'batch' | 'half', Hit[]> = { bare: [], single: [], full: [], batch: [], half: [] };
    for (let round = 1; round <= rounds; round++) {
      hits.bare.push(await fire(bare));
      hits.single.push(await fire(single));
      hits.full.push(await fire(full));
      hits.batch.push(await fire(batch));
      hits.half.push(await fire({ ...single, rate: Math.round(median(hits.single.map((hit) => hit.perSecond)) / 2) }));
      say(`round ${round}: ${Object.entries(hits).map(([name, list]) => `${name} ${Math.round(list.at(-1)!.perSecond)}/s p99 ${list.at(-1)!.p99} ms`).join(' · ')}`);
    }
    const rates = (name: keyof typeof hits): number[] => hits[name].map((hit) => hit.perSecond);
    const ratios = (name: 'single' | 'full'): number[] => rates(name).map((rate, i) => rate / rates('bare')[i]!);
    const result = {
      single: round(median(ratios('single')), 3), batchPerSecond: Math.round(median(rates('batch')) * BATCH), p99ms: round(median(hits.half.map((hit) => hit.p99)), 1),
      singleSpread: [Math.min(...ratios('single')), Math.max(...ratios('single'))].map((ratio) => round(ratio, 3)),
      singlePerSecond: Math.round(median(rates('single'))), barePerSecond: Math.round(median(rates('bare'))), fiveFacets: round(median(ratios('full')), 3), people,
    };
    const table = [
      `${people.toLocaleString('en')} people; ${machine()}; load generator, PostgreSQL and both servers on that machine; ${rounds} interleaved rounds of ${seconds} s; ${CONNECTIONS} connections. Every answer is granted, passed the row policies and is in the audit on disk before it leaves.`,
      '', '| | calls/s | ratio to bare | p50 ms | p99 ms |', '|---|---|---|---|---|',
      row('bare Fastify, one prepared SELECT by id through pg', hits.bare),
      row('single query, identity and registration', hits.single, ratios('single')),
      row('single query, five facets', hits.full, ratios('full')),
      row(`1,000 ids a call, five facets: ${withSpread(rates('batch').map((rate) => rate * BATCH))} people/s`, hits.batch),
      row('single query at half load', hits.half),
      '', `The gateway's memory afterwards: ${hub.memory()} MiB.`,
    ].join('\n');
    if (people === PEOPLE) writeSection('serve', 'Serving', table);
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${table}\n`);
    return 0;
  } finally {
    cannon.kill();
    await hub.stop();
  }
}

function row(name: string, hits: readonly Hit[], ratios?: readonly number[]): string {
  const cells = [withSpread(hits.map((hit) => hit.perSecond)), ratios ? withSpread(ratios, 2) : '', withSpread(hits.map((hit) => hit.p50), 1), withSpread(hits.map((hit) => hit.p99), 1)];
  return `| ${name} | ${cells.join(' | ')} |`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
