import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '#kernel';
import { killPoint, type Copies } from '#runs';
import { keptSince, keptUntil, retentionOf, type RetentionSettings } from './retention-settings.js';

/** Whether a run's delivery is kept: `until` null means for ever; `needed`: the rows of today rest on it, and so it is kept beyond. */
export interface KeptCopy { kept: boolean; until: Date | null; needed: boolean; removedAt: Date | null; removedBy: string | null }

/** Milliseconds after which a file that no run names is nobody's: until then it may be one that is being taken in. */
const STRAY_AFTER = 3_600_000;

/** Keeps the sealed copies of deliveries as long as policy says, and no longer. */
export class CopyKeeper {
  constructor(private readonly copies: Copies, private readonly settings: RetentionSettings, private readonly clock: Clock) {}

  /**
   * One round over these feeds. A worker that dies between marking and removing leaves a marked copy, which the next
   * round removes. @returns how many files were removed
   */
  async round(feeds: readonly string[]): Promise<number> {
    const now = this.clock.now();
    for (const feed of feeds) {
      const retention = retentionOf(this.settings, feed);
      const before = keptSince(retention, now);
      if (before === null) continue;
      if (await this.copies.mark({ feed, keep: retention.keep, before, needed: retention.needed }, now) > 0) killPoint('retention.marked', 0);
    }
    const marked = await this.copies.listMarked();
    if (marked.length === 0) return 0;
    for (const { run, path } of marked) {
      await rm(path, { force: true });
      killPoint('retention.removed', run);
    }
    await this.copies.noteRemoved(marked.map(({ run }) => run), now);
    return marked.length;
  }

  async look(run: { id: number; feed: string; acceptedAt: Date }): Promise<KeptCopy> {
    const retention = retentionOf(this.settings, run.feed);
    const status = (await this.copies.find(run.id))!;
    const needed = status.kept && retention.needed === 'keep' && await this.copies.isNeeded(run.id);
    return { kept: status.kept, until: status.kept ? keptUntil(retention, run.acceptedAt) : null, needed, removedAt: status.removedAt, removedBy: status.removedBy };
  }
}

/** What is wrong with the store of sealed deliveries: copies that runs name and that are not there, and files that no run names. */
export async function copyFaults(copies: Copies, folder: string, now: Date): Promise<string[]> {
  const named = await copies.list();
  const here = new Map<string, number>();
  for (const feed of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(join(folder, feed)).catch(() => [])) {
      const path = join(folder, feed, name);
      const found = await stat(path).catch(() => null);
      if (found?.isFile()) here.set(path, found.mtimeMs);
    }
  }
  const faults: string[] = [];
  for (const { run, feed, path, marked } of named) {
    // A path elsewhere is of a store that was moved: it is looked at where it says it is.
    const there = here.delete(path) || (dirname(dirname(path)) !== folder && await stat(path).then(() => true, () => false));
    if (!there && !marked) faults.push(`${feed} ${run}: its stored copy is gone`);
  }
  for (const [path, at] of here) if (now.getTime() - at > STRAY_AFTER) faults.push(`${path.slice(folder.length + 1)}: no run has this copy`);
  return faults;
}
