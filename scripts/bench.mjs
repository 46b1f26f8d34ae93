/**
 * npm run bench -- ingest [--rows N] [--rounds N] [--brief] [--steps] [--json] · ingest --district [--people N] · npm run bench -- serve [--people N] [--json] · npm run bench -- formats [--rows N] · npm run bench -- transport [--tables] [--rows N] [--rounds N] [--json] · npm run bench -- replay [--rows N] [--rounds N] [--json]
 * Builds, compiles test/load beside it, and runs the one asked for. Data on stdout, talk on stderr.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [name = ''] = process.argv.slice(2);
const entry = join(ROOT, 'test/load', `${name}.ts`);
if (!/^(ingest|serve|formats|transport|replay)$/.test(name) || !existsSync(entry)) {
  console.error('npm run bench -- ingest [--rows N] [--rounds N] [--brief] [--steps] [--json]\nnpm run bench -- ingest --district [--people N] [--json]\nnpm run bench -- serve [--people N] [--json]\nnpm run bench -- formats [--rows N]\nnpm run bench -- transport [--tables] [--rows N] [--rounds N] [--json]\nnpm run bench -- replay [--rows N] [--rounds N] [--json]');
  process.exit(2);
}
const { failed } = await build();
for (const { file, message } of failed) console.error(`${file}\n${message}`);
const load = join(ROOT, 'test/load');
await compile(readdirSync(load).map((file) => join(load, file)), join(ROOT, 'dist/test/load'));
await compile(['json-service.ts', 'mariadb.ts', 'debian.ts'].map((name) => join(ROOT, 'test/support', name)), join(ROOT, 'dist/test/support'));
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
