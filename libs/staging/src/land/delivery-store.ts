import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of sealed deliveries: one file a run, and beside it, while it is written, a part. */
export class DeliveryStore {
  constructor(private readonly folder: string) {}

  /** Where a run's copy goes. What workers that died were writing for this run is cleared away. */
  async place(feed: string, run: number): Promise<string> {
    const folder = join(this.folder, feed);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const part of await partsIn(folder)) if (part.run === run) await rm(part.path, { force: true });
    return join(folder, `${run}.sealed`);
  }

  /** Parts that nobody will ever complete: those of runs of which `over` says so. @returns how many there were */
  async clearParts(over: (run: number) => Promise<boolean>): Promise<number> {
    let cleared = 0;
    for (const feed of await readdir(this.folder).catch(() => [])) {
      for (const { run, path } of await partsIn(join(this.folder, feed))) {
        if (!await over(run)) continue;
        await rm(path, { force: true });
        cleared++;
      }
    }
    return cleared;
  }
}

async function partsIn(folder: string): Promise<{ run: number; path: string }[]> {
  const names = await readdir(folder).catch(() => []);
  // Those of fetches have no run yet; the feed's next fetch clears them.
  return names.filter((name) => /^\d+\..*\.part$/.test(name)).map((name) => ({ run: Number.parseInt(name, 10), path: join(folder, name) }));
}
