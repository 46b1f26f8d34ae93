#!/usr/bin/env node
/** The door of the command line: finds the built code, or says how to get it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const chinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');

if (!existsSync(`${root}/node_modules/commander`)) {
  console.error(chinese ? '尚未安装依赖,请先运行:npm start' : 'Nothing is installed yet. Run: npm start');
  process.exit(3);
}
const main = `${root}/dist/programs/cli.js`;
// A start and a migration run what stands in the checkout; every other command runs what was started.
if (existsSync(`${root}/scripts/build.mjs`) && (!existsSync(main) || ['up', 'migrate'].includes(process.argv[2]))) {
  const { build } = await import('../scripts/build.mjs');
  const { failed } = await build();
  if (failed.length > 0) {
    for (const { file, message } of failed) console.error(`${file}\n${message}`);
    process.exit(1);
  }
}
await import(main);
