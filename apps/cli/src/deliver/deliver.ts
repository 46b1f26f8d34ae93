import { FeedCatalogue } from '#feeds';
import { systemClock } from '#kernel';
import { Ledger, type Run } from '#runs';
import { amendCatalogue } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT, type ExitCode } from '../frame/exit-code.js';
import type { Output } from '../frame/output.js';
import { withStore, type Store } from '../frame/store.js';
import { RunBar } from '../run/progress-bar.js';
import { watchRun } from '../run/watch-run.js';
import { handIn, waitForRun } from './hand-in.js';

interface Options { mode?: 'full' | 'delta'; asOf?: string; batch?: string; wait?: boolean; config?: string }

/** Hands a delivery in; with --wait, what became of it. */
export const run: Work<Options> = ({ output, options, args }) => withStore(async (store) => {
  const catalogue = await FeedCatalogue.load(store.settings.HUSHU_CONFIG);
  await amendCatalogue(store.database, catalogue);
  const ledger = new Ledger(store.database, systemClock);
  const accepted = await handIn(ledger, {
    contract: catalogue.get(args[0]), file: args[1], mode: options.mode, batch: options.batch,
    asOf: options.asOf === undefined ? undefined : new Date(options.asOf),
  });
  if (!options.wait) {
    output.data({ run: accepted.id, state: accepted.state }, () => `${accepted.id} ${accepted.state}`);
    return EXIT.ok;
  }
  return tellRun(await watched(store, ledger, accepted.id, output), output);
}, options.config === undefined ? {} : { HUSHU_CONFIG: options.config });

/** Waits for a run's end; on a terminal its rows are watched meanwhile. */
async function watched(store: Store, ledger: Ledger, id: number, output: Output): Promise<Run> {
  if (!process.stderr.isTTY || output.json) return waitForRun(ledger, id);
  const bar = new RunBar(output);
  try {
    for await (const sight of watchRun(store.database, id)) if (sight.event === 'progress') bar.show(sight.progress);
  } finally {
    bar.stop();
  }
  return waitForRun(ledger, id);
}

/** A run's end, and the exit code that says it; `document: false` where events have said it already. */
export function tellRun(ended: Run, output: Output, { document = true } = {}): ExitCode {
  const { id, state, counts, reason } = ended;
  if (document) output.data({ run: id, state, counts, ...(reason ? { rule: reason.rule, reason: reason.text, hint: reason.hint } : {}) },
    () => `${id} ${state}\n${Object.entries(counts).map(([name, rows]) => `  ${name} ${rows}`).join('\n')}`);
  if (reason) {
    output.say({ zh: `${reason.rule} ${reason.text.zh}`, en: `${reason.rule} ${reason.text.en}` });
    if (reason.hint) output.say(reason.hint);
  }
  if (state === 'held') return EXIT.partial;
  if (state !== 'published') return EXIT.failed;
  return counts.rejected > 0 ? EXIT.partial : EXIT.ok;
}
