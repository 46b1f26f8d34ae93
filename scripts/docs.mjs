/**
 * `npm run docs`: draws the arrows between libs as they are into docs/architecture.md, and prints the data dictionary
 * from the comments of a freshly migrated store into docs/data-dictionary.md. `--check` writes nothing and fails when
 * either would change.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { libs, apps } = createRequire(import.meta.url)('../architecture.cjs');
const checking = process.argv.includes('--check');
let stale = 0;

put('docs/architecture.md', withArrows(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')));
await build();
put('docs/data-dictionary.md', await dictionary());
process.exitCode = checking && stale > 0 ? 1 : 0;

function put(file, text) {
  const path = join(ROOT, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  stale++;
  if (checking) console.error(`${file} is not what npm run docs would write`);
  else writeFileSync(path, text);
}

/** The drawing between the two marks, from the imports dependency-cruiser finds. */
function withArrows(text) {
  const arrows = new Set(importsBetweenParts().map(([from, to]) => `  ${from} --> ${to}`));
  const drawing = ['```mermaid', 'flowchart LR', ...[...arrows].sort(), '```'].join('\n');
  return text.replace(/(<!-- arrows -->\n)[\s\S]*?(<!-- \/arrows -->)/, (_all, begin, end) => `${begin}${drawing}\n${end}`);
}

/** Pairs of folders that import each other; the kernel, which everything imports, is left out of the drawing. */
function importsBetweenParts() {
  const { stdout, status, stderr } = spawnSync(process.execPath, [
    join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs',
  ], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0 && stdout === '') throw new Error(stderr);
  const part = (path) => /^(?:libs|apps)\/([^/]+)\//.exec(path)?.[1];
  const known = new Set([...Object.keys(libs), ...apps]);
  return JSON.parse(stdout).modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => [part(source), part(resolved)]))
    .filter(([from, to]) => from !== to && known.has(from) && known.has(to) && to !== 'kernel');
}

async function dictionary() {
  const folder = mkdtempSync(join(tmpdir(), 'hushu-docs-'));
  chmodSync(folder, 0o755);
  const { startPostgres, readSettings } = await import('../dist/libs/services/src/index.js');
  const { prepareStore } = await import('../dist/apps/cli/src/migrate/prepare.js');
  const postgres = await startPostgres({ dataFolder: folder, port: 55_600, durable: false, memory: 2 ** 31 });
  try {
    await prepareStore(await readSettings({ HUSHU_DATA: folder }), postgres.url);
    return await printDictionary(postgres.url);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function printDictionary(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const schemas = ['database', ...Object.keys(libs)];
  const { rows } = await client.query(`
    select n.nspname as schema, obj_description(n.oid, 'pg_namespace') as about, c.relname as relation, c.relkind = 'v' as view,
           obj_description(c.oid, 'pg_class') as comment, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
           a.attnotnull as required, col_description(c.oid, a.attnum) as meaning
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v') and not c.relispartition and n.nspname = any($1)
     order by array_position($1, n.nspname::text), c.relname, a.attnum`, [[...new Set(schemas)]]);
  await client.end();
  const lines = ['# Data dictionary', '', 'Printed by `npm run docs` from the comments in the store. Views are what a lib publishes; tables are its own.', ''];
  let schema, relation;
  for (const row of rows) {
    if (row.schema !== schema) lines.push(`## ${schema = row.schema}`, '', ...(row.about ? [row.about, ''] : []));
    if (`${row.schema}.${row.relation}` !== relation) {
      if (lines.at(-1)?.startsWith('|')) lines.push('');
      relation = `${row.schema}.${row.relation}`;
      lines.push(`### ${relation}${row.view ? ' (view)' : ''}`, '', row.comment ?? '', '', '| column | type | |', '|---|---|---|');
    }
    lines.push(`| ${row.column} | ${row.type}${row.required && !row.view ? ', required' : ''} | ${(row.meaning ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')} |`);
  }
  return `${lines.join('\n').replaceAll('|\n##', '|\n\n##')}\n`;
}
