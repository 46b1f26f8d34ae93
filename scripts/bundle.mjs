/**
 * Puts each program and what it is made of into a few files, dist/programs: Node takes a third of the time to load them
 * (two thousand small files otherwise). What is not imported by most starts stays a chunk of its own, or outside.
 * Paths are as they were: a module finds its SQL and its neighbours where the file-by-file build put them.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** What CommonJS modules expect to find, and where dist is. */
const BANNER = `import { createRequire as hushuRequireOf } from 'node:module';
const hushuDist = new URL('..', import.meta.url);
const hushuIn = (folder) => decodeURIComponent(new URL(folder, hushuDist).pathname);
const require = hushuRequireOf(import.meta.url), __filename = hushuIn('programs/program.js'), __dirname = hushuIn('programs');`;

/**
 * Bundles what the file-by-file build wrote into `dist`. Throws where a module is missing or will not parse.
 * @returns what is to be written, programs last: {path, contents}[]
 */
export async function bundle(dist) {
  const { build } = await import('esbuild');
  const app = (name, file) => join(dist, 'apps', name, 'src', file);
  const { outputFiles } = await build({
    entryPoints: {
      'worker': app('worker', 'main.js'), 'worker.module': app('worker', 'worker.module.js'),
      'gateway': app('gateway', 'main.js'), 'gateway.module': app('gateway', 'gateway.js'),
      'cli': app('cli', 'main.js'),
      'checking': join(dist, 'libs/services/src/settings/checking.js'),
    },
    outdir: join(dist, 'programs'), chunkNames: '[name]-[hash]',
    bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20',
    write: false, keepNames: true, sourcemap: 'linked', sourcesContent: false, logLevel: 'silent',
    banner: { js: BANNER },
    plugins: [outside(), inPlace(dist)],
  });
  const isProgram = ({ path }) => !/-[0-9A-Z]{8}\./.test(path);
  return outputFiles.sort((a, b) => Number(isProgram(a)) - Number(isProgram(b)));
}

/**
 * A package that is imported only when it is called for stays in node_modules: most starts do without it, some are not
 * installed at all (Nest asks for many), and Node knows the named exports of CommonJS modules better.
 */
function outside() {
  return {
    name: 'outside',
    setup(build) {
      build.onResolve({ filter: /^[^./#]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (kind === 'dynamic-import') return { path, external: true };
        if (pluginData === 'asked' || kind === 'entry-point' || !importer.includes(`${sep}node_modules${sep}`)) return undefined;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: 'asked' });
        return found.errors.length > 0 ? { path, external: true } : found;
      });
    },
  };
}

/** Our own modules keep the place they think they have. */
function inPlace(dist) {
  return {
    name: 'in-place',
    setup(build) {
      build.onLoad({ filter: /\.m?js$/ }, ({ path }) => {
        if (!path.startsWith(dist + sep)) return undefined;
        const text = readFileSync(path, 'utf8');
        const place = (of) => JSON.stringify(relative(dist, of).split(sep).join('/'));
        return {
          contents: text.replaceAll('import.meta.dirname', `hushuIn(${place(dirname(path))})`).replaceAll('import.meta.url', `new URL(${place(path)}, hushuDist).href`),
          loader: 'js', resolveDir: dirname(path),
        };
      });
    },
  };
}
