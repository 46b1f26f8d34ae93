/**
 * Completes package-lock.json: a registry that lags behind on other platforms' optional packages makes npm write a lock
 * without them, which `npm ci` then refuses. Each gets an entry that says for which machine it would be. Run after
 * every `npm install`; does nothing when the lock is complete.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const SYSTEMS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openharmony', 'aix', 'sunos', 'openbsd', 'netbsd'];
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el'];

/** Adds the missing entries to a parsed lock and returns their names. */
export function addStubs(lock) {
  const added = [];
  for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isResolved(lock.packages, place, name)) continue;
      lock.packages[`node_modules/${name}`] = { version: range.replace(/^[^\d]*/, ''), optional: true, ...machineOf(name) };
      added.push(name);
    }
  }
  if (added.length > 0) {
    lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return added;
}

/** Whether a package that stands at `place` would find `name`, in its own folder or in one above. */
function isResolved(packages, place, name) {
  for (let from = place; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    if (`${from === '' ? '' : `${from}/`}node_modules/${name}` in packages) return true;
    if (from === '') return false;
  }
}

/** The machine a package's name speaks of; one whose name says nothing is for no Linux, where the lock was made. */
function machineOf(name) {
  const words = name.split(/[/-]/);
  const system = words.map((word) => (word === 'windows' ? 'win32' : word)).find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word)) ?? (words.includes('eabi') ? 'arm' : undefined);
  return { ...(processor ? { cpu: [processor] } : {}), os: [system ?? '!linux'] };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const added = addStubs(lock);
  if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
  console.error(`${added.length} entries added to package-lock.json`);
}
