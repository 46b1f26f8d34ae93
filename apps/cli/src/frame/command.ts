import type { Command } from 'commander';
import type { ExitCode } from './exit-code.js';
import type { Output } from './output.js';

/** A command's work: gets its arguments and options as commander read them, ends with an exit code or simply well. */
export type Work<Options = object> = (context: Context<Options>) => Promise<ExitCode | void>;

export interface Context<Options> {
  output: Output;
  options: Options;
  args: string[];
}

/**
 * Binds a command to its work: `action(program.command('x'), async () => (await import('../x/x.js')).run)`.
 * The work, and everything it needs, is loaded only when the command is called: help must not wait for it.
 * Adds `--json`, prints errors in the reader's language and sets the exit code.
 */
export function action<Options extends object>(command: Command, load: () => Promise<Work<Options>>): Command {
  return command
    .option('--json', '结果输出为 JSON / print the result as JSON')
    .action(async (...given: unknown[]) => {
      const { perform } = await import('./perform.js');
      const args = given.slice(0, -2).flat().filter((one): one is string => typeof one === 'string');
      process.exitCode = await perform(load, command.opts<Options & { json?: boolean }>(), args);
    });
}
