/**
 * Before start and test: installs node_modules when it is missing or older than the lock. Uses nothing but Node, and
 * says a line only when there is something to do.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const chinese = /^zh/i.test(process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(chinese ? `需要 Node 20.19 或更新版本,当前是 ${process.versions.node}` : `Node 20.19 or newer is needed; this is ${process.versions.node}`);
  process.exit(3);
}

const stampFile = join(root, 'node_modules', '.hushu-installed');
const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
if (!isInstalled()) {
  console.error(chinese ? '正在安装依赖……' : 'Installing what is missing …');
  const began = Date.now();
  const npm = process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
  // With the development tools, whatever the caller's NODE_ENV says: they build the code.
  const { status, error } = spawnSync(npm[0], [...npm[1], 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'], {
    cwd: root, stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error(chinese ? `安装失败${error ? `:${error.message}` : ''}` : `The installation failed${error ? `: ${error.message}` : ''}`);
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
  console.error(chinese ? `安装完成,用时 ${seconds(began)} 秒` : `Installed in ${seconds(began)} s`);
}

/** By our own stamp, or by the lock that npm itself leaves in node_modules, which lists just what it installed. */
function isInstalled() {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return true;
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const there = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const complete = Object.entries(packages).every(([place, { version, optional, integrity }]) =>
    place === '' || (there[place] ? there[place].version === version && there[place].integrity === integrity : optional));
  if (complete) writeFileSync(stampFile, wanted);
  return complete;
}

function seconds(began) {
  return ((Date.now() - began) / 1000).toFixed(0);
}
