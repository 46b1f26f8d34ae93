/**
 * npm run bench -- ingest [--rows N] [--rounds N] [--brief] [--steps] [--json] · ingest --district [--people N] · npm run bench -- serve [--people N] [--json] · npm run bench -- formats [--rows N]
 * Builds, compiles test/load beside it, and runs the one asked for. Data on stdout, talk on stderr.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [name = ''] = process.argv.slice(2);
const entry = join(ROOT, 'test/load', `${name}.ts`);
if (!/^(ingest|serve|formats)$/.test(name) || !existsSync(entry)) {
  console.error('npm run bench -- ingest [--rows N] [--rounds N] [--brief] [--steps] [--json]\nnpm run bench -- ingest --district [--people N] [--json]\nnpm run bench -- serve [--people N] [--json]\nnpm run bench -- formats [--rows N]');
  process.exit(2);
}
const { failed } = await build();
for (const { file, message } of failed) console.error(`${file}\n${message}`);
await compile(join(ROOT, 'test/load'), join(ROOT, 'dist/test/load'));
const { run } = await import(pathToFileURL(join(ROOT, `dist/test/load/${name}.js`)).href);
process.exitCode = await run(process.argv.slice(3));

async function compile(from, to) {
  const { transform } = await import('@swc/core');
  const options = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8'));
  for (const file of readdirSync(from).filter((one) => one.endsWith('.ts') && !/spec\.ts$/.test(one))) {
    const source = join(from, file);
    const { code } = await transform(readFileSync(source, 'utf8'), { ...options, swcrc: false, filename: source, sourceMaps: 'inline' });
    const target = join(to, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
