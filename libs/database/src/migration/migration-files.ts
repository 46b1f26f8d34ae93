import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HubError } from '#kernel';

/** One step of a lib's schema, forward and back. */
export interface Migration {
  lib: string;
  /** File name without `.up.sql`, such as `001_run`. */
  name: string;
  up: string;
  /** Missing when the lib has no way back from it. */
  down: string | undefined;
  /** SHA-256, hex, of the forward text. */
  digest: string;
}

/** The folder that holds every lib's folder, in the sources and in `dist` alike. */
const LIBS = join(import.meta.dirname, '..', '..', '..');

/**
 * Every migration of the libs asked for (all of them when none are named), in the order data takes and,
 * within a lib, by file name. A lib that has no schema folder has no migrations.
 */
export function listMigrations(libs: string[] = libsInOrder(), root: string = LIBS): Migration[] {
  return libs.flatMap((lib) => {
    const folder = join(root, lib, 'src', 'schema');
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((file) => file.endsWith('.up.sql')).sort();
    return files.map((file) => readMigration(lib, folder, file));
  });
}

function readMigration(lib: string, folder: string, file: string): Migration {
  const name = file.slice(0, -'.up.sql'.length);
  if (!/^\d{3}_[a-z0-9_]+$/.test(name)) {
    throw new HubError({
      code: 'HUSHU-DATABASE-01',
      zh: `迁移文件名不合规:${lib}/${file}`,
      en: `A migration's file name is not NNN_name.up.sql: ${lib}/${file}`,
    });
  }
  const up = readFileSync(join(folder, file), 'utf8');
  const back = join(folder, `${name}.down.sql`);
  return {
    lib, name, up,
    down: existsSync(back) ? readFileSync(back, 'utf8') : undefined,
    digest: createHash('sha256').update(up).digest('hex'),
  };
}

/** The libs as architecture.cjs lists them; the file stands at the root of the checkout and of the image. */
function libsInOrder(): string[] {
  const require = createRequire(import.meta.url);
  for (let folder = LIBS; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'architecture.cjs');
    if (existsSync(file)) return Object.keys((require(file) as { libs: Record<string, string[]> }).libs);
  }
  throw new HubError({
    code: 'HUSHU-DATABASE-02',
    zh: '找不到 architecture.cjs,无法确定迁移顺序',
    en: 'architecture.cjs was not found, so the order of migrations is unknown',
  });
}
