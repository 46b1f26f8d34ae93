import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { simulatorDigest } from './ingest-files.js';

/** An invented register, a feed about its people and about strangers, and the truth. */
export interface LinkFiles {
  register: string;
  feed: string;
  truth: string;
}

/** The files for so many rows on either side, from the cache folder where the same makers made them before. */
export function linkFiles(rows: number, cache: string, say: (line: string) => void): LinkFiles {
  const makers = ['link-people.js', 'link-dirt.js'].map((name) => join(import.meta.dirname, name));
  const digest = makers.reduce((hash, file) => hash.update(readFileSync(file, 'utf8').replace(/\/\/# sourceMappingURL.*/s, '')), createHash('sha1').update(simulatorDigest())).digest('hex').slice(0, 10);
  const folder = join(cache, 'bench', `link-${rows}-${digest}`);
  if (!existsSync(folder)) {
    const half = `${folder}.half`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half, { recursive: true });
    say(`inventing a register and a feed of ${rows.toLocaleString('en')} …`);
    execFileSync(process.execPath, [makers[0]!, String(rows), half], { stdio: ['ignore', 'inherit', 'inherit'] });
    renameSync(half, folder);
  }
  return { register: join(folder, 'register.csv'), feed: join(folder, 'feed.csv'), truth: join(folder, 'truth.csv') };
}
