import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';

/** In the order help shows them; a command that is not named here comes after, by its name. */
const ORDER = [
  'up', 'migrate', 'doctor', 'simulate', 'feed', 'credential', 'deliver', 'run', 'reject', 'drift', 'hub', 'rekey', 'link', 'review', 'finding', 'person',
  'department', 'request', 'grant', 'client', 'extract', 'cube', 'audit', 'verify', 'backup', 'restore',
];
const place = (name: string): number => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);

/** One file a command in `commands/`, each with `register(program)`; what a command does is loaded when it is called. */
async function main(): Promise<void> {
  const program = new Command('hushu')
    .description('户枢:区级人口基础信息库 / Hushu: a district\'s population base library')
    .showHelpAfterError('(--help 查看用法 / for usage)')
    .exitOverride();
  const names = readdirSync(join(import.meta.dirname, 'commands')).filter((file) => file.endsWith('.js')).map((file) => file.slice(0, -3));
  names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  const files = await Promise.all(names.map((name) => import(`./commands/${name}.js`) as Promise<{ register(program: Command): void }>));
  for (const file of files) file.register(program);
  inherit(program);
  await program.parseAsync();
}

/** Wrong usage anywhere below ends here, with one exit code. */
function inherit(command: Command): void {
  for (const below of command.commands) {
    below.exitOverride();
    inherit(below);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
