import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { copyOut, identifier } from '#database';
import type { readModel } from '#linkage';
import type { ClientBase } from 'pg';
import { ROOT } from './report.js';

type Model = Awaited<ReturnType<typeof readModel>>;

/** Splink in a Python of its own. `left`: what of the model it cannot say. */
export interface Peer { python: string; folder: string; left: string[] }

interface Quality { threshold: number; links: number; precision: number; recall: number; f1: number }
export interface PeerResult { versions: { splink: string; duckdb: string }; steps: { step: string; seconds: number }[]; pairs: number; half: Quality; best: Quality; peakMiB: number; left: string[] }

const PEERS = join(ROOT, 'test', 'load', 'peers');

/** The peer, made in the cache folder when it is not there; null, and a line, where it cannot be had. */
export function peerHere(cache: string, say: (line: string) => void): Peer | null {
  const wanted = join(PEERS, 'requirements.txt');
  const home = join(cache, 'bench', 'splink');
  const python = join(home, 'bin', 'python');
  const made = join(home, 'requirements.txt');
  try {
    if (!existsSync(made) || readFileSync(made, 'utf8') !== readFileSync(wanted, 'utf8')) {
      say('making a Python with Splink …');
      rmSync(home, { recursive: true, force: true });
      execFileSync('python3', ['-m', 'venv', home], { stdio: 'pipe' });
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--requirement', wanted], { stdio: 'pipe' });
      writeFileSync(made, readFileSync(wanted));
    }
  } catch (cause) {
    say(`Splink cannot be had here, only ours is measured: ${(cause as Error).message.split('\n')[0]!}`);
    return null;
  }
  const folder = join(cache, 'bench', 'link-peer');
  mkdirSync(folder, { recursive: true });
  return { python, folder, left: [] };
}

/** The normalised columns of both sides, and the model as Splink has it. */
export async function writePeerFiles(client: ClientBase, model: Model, peer: Peer): Promise<void> {
  const columnsOf = async (table: string): Promise<Set<string>> => {
    const { rows } = await client.query<{ name: string }>('select attname as name from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped', [table]);
    return new Set(rows.map(({ name }) => name));
  };
  const sides = { left: await columnsOf('left_record'), right: await columnsOf('right_record') };
  const columns = [...new Set([...sides.left, ...sides.right])].filter((name) => !['n', 'uid', 'source'].includes(name) && !name.startsWith('rare_'));
  const few = model.blocks.filter(({ atMost }) => atMost !== null);
  for (const side of ['left', 'right'] as const) {
    const own = columns.map((name) => `${sides[side].has(name) ? identifier(name) : 'null'} as ${identifier(name)}`);
    const marks = few.map(({ name, equal, atMost }) => `${side === 'left' ? 'null' : `case when count(*) over (partition by ${equal.map(({ right }) => identifier(right)).join(', ')}) <= ${atMost} then 1 end`} as ${identifier(markOf(name))}`);
    const rows = `select uid as unique_id, ${[...own, ...marks].join(', ')} from ${side}_record`;
    await pipeline(copyOut(client, `copy (${rows}) to stdout with (format csv, header)`), createWriteStream(join(peer.folder, `${side}.csv`)));
  }
  peer.left = [];
  writeFileSync(join(peer.folder, 'settings.json'), JSON.stringify(settingsOf(model, peer.left), null, 1));
}

const markOf = (rule: string): string => `few_${rule.replaceAll('-', '_')}`;

/** PostgreSQL's words in DuckDB's. */
const asDuck = (sql: string): string => sql.replace(/levenshtein_less_equal\(([^,()]+), ([^,()]+), \d+\)/g, 'levenshtein($1, $2)');
/** A level's condition names the two sides by the end of a column, not before it. */
const asLevel = (sql: string): string => asDuck(sql).replace(/\b([lr])\.(\w+)/g, '$2_$1');

function settingsOf(model: Model, left: string[]): object {
  return {
    comparisons: model.comparisons.map(({ name, missing, levels }) => ({
      output_column_name: name,
      comparison_levels: [
        { sql_condition: asLevel(missing), label_for_charts: 'missing', is_null_level: true },
        ...levels.flatMap((level) => {
          if (level.when !== null && /\bselect\b/.test(level.when)) {
            left.push(`the level ${name}.${level.name}, which looks at other records`);
            return [];
          }
          return [{
            sql_condition: level.when === null ? 'ELSE' : asLevel(level.when), label_for_charts: level.name,
            ...(level.same === null ? {} : { m_probability: level.same }), ...(level.frequency === null ? {} : { tf_adjustment_column: level.frequency }),
          }];
        }),
      ],
    })),
    blocks: model.blocks.map(({ name, equal, where, atMost }) => [
      ...equal.map((one) => `l.${one.left} = r.${one.right}`), ...(where === null ? [] : [`(${asDuck(where)})`]), ...(atMost === null ? [] : [`r.${markOf(name)} = 1`]),
    ].join(' and ')),
    certain: model.certain.map(({ equal, where }) => [...equal.map((one) => `l.${one.left} = r.${one.right}`), ...(where === null ? [] : [`(${asDuck(where)})`])].join(' and ')),
  };
}

/** Null, and a line, where it did not come to an end: ours stands nevertheless. */
export async function peerMeasured({ python, folder, left }: Peer, truth: string, say: (line: string) => void): Promise<PeerResult | null> {
  const child = spawn(python, [join(PEERS, 'splink_link.py'), folder, truth], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { told += text; });
  const ended = await new Promise<number | string | null>((done, failed) => child.once('error', failed).once('close', (code, signal) => { done(signal ?? code); }));
  if (ended !== 0) {
    say(`Splink ended with ${ended}, only ours is measured`);
    return null;
  }
  return { ...(JSON.parse(told.trim().split('\n').at(-1)!) as Omit<PeerResult, 'left'>), left };
}
