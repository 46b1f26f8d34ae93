import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { Ledger, type Run } from '#runs';
import type { Work } from '../frame/command.js';
import { EXIT, type ExitCode } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore } from '../frame/store.js';
import { handIn, waitForRun } from './hand-in.js';

interface Options { mode?: 'full' | 'delta'; asOf?: string; batch?: string; wait?: boolean; config?: string }

/** Hands a delivery in; with --wait, what became of it. */
export const run: Work<Options> = ({ output, options, args }) => withStore(async (store) => {
  const catalogue = await FeedCatalogue.load(store.settings.HUSHU_CONFIG);
  const ledger = new Ledger(store.database, systemClock);
  const accepted = await handIn(ledger, {
    contract: catalogue.get(args[0]), file: args[1], mode: options.mode, batch: options.batch,
    asOf: options.asOf === undefined ? undefined : new Date(options.asOf),
  });
  if (!options.wait) {
    output.data({ run: accepted.id, state: accepted.state }, () => `${accepted.id} ${accepted.state}`);
    return EXIT.ok;
  }
  return tellRun(await waitForRun(ledger, accepted.id), output);
}, options.config === undefined ? {} : { HUSHU_CONFIG: options.config });

/** A run's end, and the exit code that says it. */
export function tellRun(ended: Run, output: Output): ExitCode {
  const { id, state, counts, reason } = ended;
  output.data({ run: id, state, counts, ...(reason ? { rule: reason.rule, reason: reason.text, hint: reason.hint } : {}) },
    () => `${id} ${state}\n${Object.entries(counts).map(([name, rows]) => `  ${name} ${rows}`).join('\n')}`);
  if (reason) {
    output.say({ zh: `${reason.rule} ${reason.text.zh}`, en: `${reason.rule} ${reason.text.en}` });
    if (reason.hint) output.say(reason.hint);
  }
  if (state === 'held') return EXIT.partial;
  if (state !== 'published') return EXIT.failed;
  return counts.rejected > 0 ? EXIT.partial : EXIT.ok;
}
