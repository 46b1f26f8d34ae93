/**
 * Compiles apps and libs into dist, file by file, with SWC; everything that is not TypeScript travels along. Then the
 * programs are put together (bundle.mjs). A file whose content was compiled before is left alone, and so are the
 * programs when nothing they are made of has changed: a build with nothing to do costs some twenty milliseconds.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.stamp.json');
const PROGRAMS = join(DIST, 'programs');
/** Programs that were started before this build still ask for the parts they were made of. */
const KEEP_PARTS_MS = 24 * 3600_000;
const SPEC = /\.(spec|db-spec|e2e-spec)\.ts$/;
/** Console sources are bundled by Vite, not compiled file by file. */
const SKIP = new Set(['node_modules', 'dist', 'console']);

/** Builds what changed. Returns the number of files written and what would not compile. */
export async function build() {
  const config = readFileSync(join(ROOT, '.swcrc'), 'utf8');
  const before = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {};
  const salt = createHash('sha1').update(config).digest('hex').slice(0, 8);
  const after = {};
  const stale = [];
  for (const source of [...list(join(ROOT, 'libs')), ...list(join(ROOT, 'apps'))]) {
    const text = readFileSync(source);
    const name = relative(ROOT, source);
    const target = join(DIST, name.replace(/\.ts$/, '.js'));
    const stamp = salt + createHash('sha1').update(text).digest('hex');
    if (before[name] === stamp && existsSync(target)) after[name] = stamp;
    else stale.push({ name, source, target, text, stamp });
  }
  const failed = [];
  if (stale.length > 0) {
    const { transform } = await import('@swc/core');
    const options = JSON.parse(config);
    await Promise.all(stale.map(async (file) => {
      try {
        await write(file, transform, options);
        after[file.name] = file.stamp;
      } catch (error) {
        failed.push({ file: file.name, message: error.message });
      }
    }));
  }
  const gone = Object.keys(before).filter((name) => name !== 'programs' && !existsSync(join(ROOT, name)));
  for (const name of gone) {
    const target = join(DIST, name.replace(/\.ts$/, '.js'));
    rmSync(target, { force: true });
    rmSync(`${target}.map`, { force: true });
  }
  after.programs = programsStamp(after);
  if (failed.length === 0 && (before.programs !== after.programs || !existsSync(join(PROGRAMS, 'cli.js')))) await putTogether(failed);
  if (failed.length > 0) delete after.programs;
  if (stale.length > 0 || gone.length > 0 || before.programs !== after.programs) put(STAMP, JSON.stringify(after));
  return { written: stale.length - failed.length, failed };
}

/** Changes with everything the programs are made of: our files, the packages, and how they are put together. */
function programsStamp(files) {
  const hash = createHash('sha1').update(JSON.stringify(Object.entries(files).filter(([name]) => name !== 'programs').sort()));
  for (const file of ['package-lock.json', 'scripts/bundle.mjs']) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

async function putTogether(failed) {
  try {
    const { bundle } = await import('./bundle.mjs');
    const files = await bundle(DIST);
    for (const { path, contents } of files) put(path, contents);
    const current = new Set(files.map(({ path }) => path));
    for (const name of readdirSync(PROGRAMS)) {
      const path = join(PROGRAMS, name);
      if (!current.has(path) && Date.now() - statSync(path).mtimeMs > KEEP_PARTS_MS) rmSync(path, { force: true });
    }
  } catch (error) {
    failed.push({ file: 'dist/programs', message: error.message });
  }
}

async function write({ source, target, text }, transform, options) {
  mkdirSync(dirname(target), { recursive: true });
  if (!source.endsWith('.ts')) return put(target, text);
  const { code, map } = await transform(text.toString('utf8'), {
    ...options, swcrc: false, filename: source, sourceFileName: relative(dirname(target), source), sourceMaps: true,
  });
  put(`${target}.map`, map);
  put(target, `${code}\n//# sourceMappingURL=${target.slice(target.lastIndexOf('/') + 1)}.map\n`);
}

/** Whole or not at all: another build, or a start, may be reading. */
function put(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}`;
  writeFileSync(half, content);
  renameSync(half, file);
}

function list(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIP.has(entry.name) ? [] : list(path);
    return SPEC.test(entry.name) || entry.name.endsWith('.d.ts') || !statSync(path).isFile() ? [] : [path];
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { written, failed } = await build();
  for (const { file, message } of failed) console.error(`${file}\n${message}`);
  if (written > 0) console.error(`built ${written} files`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
