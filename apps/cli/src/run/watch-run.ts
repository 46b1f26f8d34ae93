import type { Database } from '#database';
import { readProgress, readTransitions, type RunProgress, type RunState, type RunTransition } from '#runs';

/** Milliseconds between looks when nothing was heard: what a lost word costs at most. */
const LOOK_EVERY = 500;
/** States in which nobody works on a run, or not before people have decided. */
const RESTS = new Set<RunState>(['published', 'held', 'refused', 'failed', 'discarded']);

export type RunSight = { event: 'state'; state: RunTransition } | { event: 'progress'; progress: RunProgress };

/** What becomes of a run, as it does, until nobody works on it any more. Progress is told when it is another than before. */
export async function* watchRun(database: Database, run: number): AsyncGenerator<RunSight> {
  const pool = database.pool('operations');
  const listener = await database.connect('operations');
  let heard = (): void => undefined;
  listener.on('notification', ({ payload }) => { if (payload === String(run)) heard(); });
  try {
    await listener.query('listen hushu_run');
    let seen = 0;
    let told = '';
    for (;;) {
      const next = new Promise<void>((resolve) => { heard = resolve; });
      // The states before the progress: what is told to have ended has told its end.
      const [progress] = await readProgress(pool, [run]);
      for (const state of await readTransitions(pool, run, seen, 1000)) {
        yield { event: 'state', state };
        seen = state.id;
      }
      if (progress === undefined) return;
      const text = JSON.stringify(progress);
      if (text !== told) yield { event: 'progress', progress };
      told = text;
      if (RESTS.has(progress.state)) return;
      await heardOrLate(next);
    }
  } finally {
    await listener.end().catch(() => undefined);
  }
}

async function heardOrLate(next: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([next, new Promise<void>((resolve) => { timer = setTimeout(resolve, LOOK_EVERY); })]);
  clearTimeout(timer);
}
