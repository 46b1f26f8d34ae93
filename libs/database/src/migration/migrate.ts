import { HubError } from '#kernel';
import pg from 'pg';
import { Database } from '../connection/database.js';
import { ensureRoles } from '../role/ensure-roles.js';
import type { Role } from '../role/role.js';
import { loadSql } from '../sql/load-sql.js';
import { listMigrations, type Migration } from './migration-files.js';

export interface MigrationOptions {
  /** A login that may create roles: the superuser of an embedded server, the owner of an external one. */
  url: string;
  passwordOf: (role: Role) => string;
  /** Only these libs, in this order; all of them when not given. */
  libs?: string[];
  /** The folder of the libs; the hub's own when not given. */
  root?: string;
}

export interface MigrationReport {
  /** `lib/name` of what was run, in order. */
  applied: string[];
  /** How many stood already (migrate) or remain (rollback). */
  standing: number;
}

/** One migration at a time on one store. */
const MIGRATION_LOCK = 4_820_116;

/**
 * Brings roles and schemas up to what the libs say. Each file is one transaction; a second run changes nothing.
 * Throws HUSHU-DATABASE-03 when an applied file was edited afterwards, HUSHU-DATABASE-04 when a file fails.
 */
export async function migrate(options: MigrationOptions): Promise<MigrationReport> {
  const admin = new pg.Client({ connectionString: options.url, application_name: 'hushu:admin' });
  await admin.connect();
  try {
    await ensureRoles(admin, options.passwordOf);
  } finally {
    await admin.end();
  }
  return asOwner(options, async (owner, applied) => {
    const report: MigrationReport = { applied: [], standing: 0 };
    for (const migration of listMigrations(options.libs, options.root)) {
      const before = applied.get(keyOf(migration));
      if (before === migration.digest) report.standing++;
      else if (before !== undefined) throw edited(migration);
      else {
        await runFile(owner, migration, migration.up,
          'insert into database.migration (lib, name, digest) values ($1, $2, $3)', [migration.lib, migration.name, migration.digest]);
        report.applied.push(keyOf(migration));
      }
    }
    return report;
  });
}

/** Takes back the last `steps` migrations of the libs asked for, newest first. */
export async function rollback(options: MigrationOptions & { steps?: number }): Promise<MigrationReport> {
  return asOwner(options, async (owner, applied) => {
    const report: MigrationReport = { applied: [], standing: 0 };
    const standing = listMigrations(options.libs, options.root).filter((migration) => applied.has(keyOf(migration))).reverse();
    for (const migration of standing.slice(0, options.steps ?? standing.length)) {
      if (migration.down === undefined) throw oneWay(migration);
      await runFile(owner, migration, migration.down,
        'delete from database.migration where lib = $1 and name = $2', [migration.lib, migration.name]);
      report.applied.push(keyOf(migration));
    }
    report.standing = standing.length - report.applied.length;
    return report;
  });
}

/** Works as the migration role, alone on this store, with what was applied so far (key to digest). */
async function asOwner(
  options: MigrationOptions, work: (owner: pg.Client, applied: Map<string, string>) => Promise<MigrationReport>,
): Promise<MigrationReport> {
  const database = new Database(options);
  const owner = await database.connect('migrate');
  try {
    await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { rows: [ledger] } = await owner.query<{ there: boolean }>(`select to_regclass('database.table_shape') is not null as there`);
    if (!ledger!.there) await prepareStore(owner);
    const { rows } = await owner.query<{ key: string; digest: string }>(`select lib || '/' || name as key, digest from database.migration`);
    return await work(owner, new Map(rows.map((row) => [row.key, row.digest])));
  } finally {
    await owner.end();
    await database.end();
  }
}

async function prepareStore(owner: pg.Client): Promise<void> {
  // A function that runs as its owner must be given to those who may call it, never to everybody.
  await owner.query('alter default privileges revoke execute on functions from public');
  await owner.query(`begin;\n${loadSql(import.meta.dirname, 'migration')}\ncommit`);
}

async function runFile(owner: pg.Client, migration: Migration, text: string, ledger: string, values: string[]): Promise<void> {
  try {
    await owner.query('begin');
    await owner.query(text);
    await owner.query(ledger, values);
    await owner.query('commit');
  } catch (cause) {
    await owner.query('rollback').catch(() => undefined);
    const { message, position } = cause as { message: string; position?: string };
    const line = position === undefined ? '' : ` (line ${text.slice(0, Number(position)).split('\n').length})`;
    throw new HubError({
      code: 'HUSHU-DATABASE-04',
      zh: `迁移 ${keyOf(migration)} 执行失败${line}:${message}`,
      en: `Migration ${keyOf(migration)} failed${line}: ${message}`,
      cause,
    });
  }
}

function keyOf(migration: Migration): string {
  return `${migration.lib}/${migration.name}`;
}

function edited(migration: Migration): HubError {
  return new HubError({
    code: 'HUSHU-DATABASE-03',
    zh: `迁移 ${keyOf(migration)} 在执行之后被改过`,
    en: `Migration ${keyOf(migration)} was edited after it had been applied`,
    hintZh: '恢复原文件,把改动写成新的迁移',
    hintEn: 'Restore the file and write the change as a new migration',
  });
}

function oneWay(migration: Migration): HubError {
  return new HubError({
    code: 'HUSHU-DATABASE-06',
    zh: `迁移 ${keyOf(migration)} 没有回退文件`,
    en: `Migration ${keyOf(migration)} has no way back`,
    hintZh: '从备份恢复',
    hintEn: 'Restore a backup',
  });
}
