import { HubError } from '#kernel';
import type { Work } from './command.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { Output } from './output.js';

/** Loads and does a command's work; an error becomes words and an exit code. */
export async function perform<Options extends object>(
  load: () => Promise<Work<Options>>, options: Options & { json?: boolean }, args: string[],
): Promise<ExitCode> {
  const output = new Output(options.json ?? false);
  try {
    return (await (await load())({ output, options, args })) ?? EXIT.ok;
  } catch (error) {
    return report(error, output);
  }
}

/** Codes that mean: start the hub, or wait for it. */
const NOT_READY = new Set(['HUSHU-CLI-01', 'HUSHU-SERVICES-07', 'HUSHU-SERVICES-10']);
const USAGE = new Set(['HUSHU-CLI-02', 'HUSHU-SERVICES-15', 'HUSHU-POPULATION-03', 'HUSHU-POPULATION-04', 'HUSHU-CLI-08', 'HUSHU-CLI-09', 'HUSHU-CLI-31', 'HUSHU-CLI-32', 'HUSHU-RUNS-13', 'HUSHU-RUNS-14', 'HUSHU-STAGING-12']);
/** Not for this person to do. */
const DENIED = new Set(['HUSHU-RUNS-11']);

function report(error: unknown, output: Output): ExitCode {
  if (!(error instanceof HubError)) {
    // A fault of ours: whoever mends it needs the place, and nobody's values are in a stack.
    output.error(new HubError({ code: 'HUSHU-CLI-99', zh: `内部错误:${String(error)}`, en: `Internal error: ${String(error)}` }));
    if (error instanceof Error && !output.json) process.stderr.write(`${error.stack ?? ''}\n`);
    return EXIT.failed;
  }
  output.error(error);
  if (USAGE.has(error.code)) return EXIT.usage;
  if (DENIED.has(error.code)) return EXIT.denied;
  return NOT_READY.has(error.code) ? EXIT.notReady : EXIT.failed;
}
