/**
 * `npm run bench -- NAME …`, with what BENCHES says of each.
 * Builds, compiles test/load beside it, and runs the one asked for. Data on stdout, talk on stderr.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [name = ''] = process.argv.slice(2);
/** What each takes; its code is test/load/NAME.ts. */
const BENCHES = {
  ingest: ['[--rows N] [--rounds N] [--brief] [--steps] [--json]', '--district [--people N] [--json]'],
  serve: ['[--people N] [--json]'],
  formats: ['[--rows N]'],
  transport: ['[--tables] [--rows N] [--rounds N] [--json]'],
  replay: ['[--rows N] [--rounds N] [--json]'],
  normalise: ['[--rows N] [--rounds N] [--json]'],
  link: ['[--rows N] [--rounds N] [--peer] [--json]'],
  redrive: ['[--rejects N] [--rounds N] [--steps] [--json]'],
};
if (BENCHES[name] === undefined) {
  for (const [bench, uses] of Object.entries(BENCHES)) for (const use of uses) console.error(`npm run bench -- ${bench} ${use}`);
  process.exit(2);
}
const { failed } = await build();
for (const { file, message } of failed) console.error(`${file}\n${message}`);
const load = join(ROOT, 'test/load');
await compile(readdirSync(load).map((file) => join(load, file)), join(ROOT, 'dist/test/load'));
await compile(['json-service.ts', 'mariadb.ts', 'debian.ts', 'random.ts'].map((name) => join(ROOT, 'test/support', name)), join(ROOT, 'dist/test/support'));
const { run } = await import(pathToFileURL(join(ROOT, `dist/test/load/${name}.js`)).href);
process.exitCode = await run(process.argv.slice(3));

async function compile(files, to) {
  const { transform } = await import('@swc/core');
  const options = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8'));
  for (const source of files.filter((one) => one.endsWith('.ts') && !/spec\.ts$/.test(one))) {
    const { code } = await transform(readFileSync(source, 'utf8'), { ...options, swcrc: false, filename: source, sourceMaps: 'inline' });
    const target = join(to, basename(source).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
