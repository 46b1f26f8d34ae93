/** `npm test [-- JEST ARGUMENTS]`: every test, with Jest in native ESM and as many workers as the machine has cores. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'].filter(Boolean).join(' ');
const { status, signal } = spawnSync(process.execPath, [`${root}/node_modules/jest/bin/jest.js`, ...process.argv.slice(2)], {
  cwd: root, stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: options },
});
process.exit(signal ? 1 : status);
