/** `npm run check`: types, lint, arrows and dead exports, one after the other; all are run, whatever one finds. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const steps = [
  ['types', 'typescript/bin/tsc', ['--noEmit', '-p', '.']],
  ['lint', 'eslint/bin/eslint.js', ['--max-warnings=-1', '.']],
  ['arrows', 'dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.cjs', 'apps', 'libs']],
  ['dead exports', 'knip/bin/knip.js', []],
];

const failed = [];
for (const [name, program, args] of steps) {
  const began = Date.now();
  const { status } = spawnSync(process.execPath, [pathOf(program), ...args], { cwd: root, stdio: 'inherit' });
  console.error(`${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  if (status !== 0) failed.push(name);
}
process.exitCode = failed.length > 0 ? 1 : 0;

/** Some packages do not export their programs; their folder is found by package.json, which npm puts at a known place. */
function pathOf(program) {
  try {
    return resolve(program);
  } catch {
    return `${root}/node_modules/${program}`;
  }
}
