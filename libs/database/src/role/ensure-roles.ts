import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import pg from 'pg';
import { APPLY_TAKES, limitsOf, ROLES, roleName, type Role } from './role.js';

/** Two hubs on one server would race for the same rows of pg_authid. */
const ROLE_LOCK = 4_820_115;

/**
 * Makes the hub's roles, gives them their passwords and limits, and lets them into this database.
 * Roles belong to the whole server, so whatever stands already is left as it is; a role's comment carries
 * a mark of what was set, so that an unchanged start writes nothing.
 */
export async function ensureRoles(admin: ClientBase, passwordOf: (role: Role) => string): Promise<boolean> {
  const wanted = new Map<string, string>();
  const { rows: [server] } = await admin.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  for (const role of ROLES) wanted.set(roleName(role), markOf(role, passwordOf(role), server!.version));
  wanted.set(roleName('reader'), 'Hushu reader: owns the published person views and never logs in');

  if ((await standing(admin, wanted)).size === wanted.size && (await mayConnect(admin))) return false;
  await admin.query('begin');
  try {
    await admin.query('select pg_advisory_xact_lock($1)', [ROLE_LOCK]);
    const done = await standing(admin, wanted);
    for (const [name, mark] of wanted) {
      if (!done.has(name)) await makeRole(admin, name, mark, passwordOf, server!.version);
    }
    await admitRoles(admin, [...wanted.keys()]);
    await admin.query('commit');
  } catch (error) {
    await admin.query('rollback').catch(() => undefined);
    throw error;
  }
  return true;
}

/** The roles whose mark on the server is already the wanted one. */
async function standing(admin: ClientBase, wanted: Map<string, string>): Promise<Set<string>> {
  const { rows } = await admin.query<{ rolname: string; mark: string | null }>(
    `select rolname, shobj_description(oid, 'pg_authid') as mark from pg_roles where rolname = any($1)`,
    [[...wanted.keys()]],
  );
  return new Set(rows.filter((row) => row.mark === wanted.get(row.rolname)).map((row) => row.rolname));
}

async function mayConnect(admin: ClientBase): Promise<boolean> {
  const { rows } = await admin.query<{ ok: boolean }>(
    `select coalesce(bool_and(has_database_privilege(rolname, current_database(), 'temporary')), false)
        and coalesce(bool_or(rolname = $1 and has_database_privilege(rolname, current_database(), 'create')), false) as ok
       from pg_roles where rolname = any($2)`,
    [roleName('migrate'), ROLES.map(roleName)],
  );
  return rows[0]!.ok;
}

async function makeRole(
  admin: ClientBase, name: string, mark: string, passwordOf: (role: Role) => string, version: number,
): Promise<void> {
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [name]);
  const role = ROLES.find((one) => roleName(one) === name);
  if (rowCount === 0) await admin.query(`create role ${name} ${role ? 'login' : 'nologin'} nosuperuser nocreatedb nocreaterole noinherit`);
  if (role) {
    await admin.query(`alter role ${name} password ${pg.escapeLiteral(passwordOf(role))}`);
    for (const [setting, value] of settingsOf(role, version)) await admin.query(`alter role ${name} set ${setting} = '${value}'`);
  }
  await admin.query(`comment on role ${name} is ${pg.escapeLiteral(mark)}`);
}

async function admitRoles(admin: ClientBase, names: string[]): Promise<void> {
  const { rows: [here] } = await admin.query<{ name: string }>('select quote_ident(current_database()) as name');
  const logins = names.filter((name) => name !== roleName('reader'));
  await admin.query(`revoke all on database ${here!.name} from public`);
  await admin.query(`grant connect, temporary on database ${here!.name} to ${logins.join(', ')}`);
  await admin.query(`grant create on database ${here!.name} to ${roleName('migrate')}`);
  for (const taken of APPLY_TAKES) {
    await admin.query(`grant ${roleName(taken)} to ${roleName('apply')} with inherit false, set true`);
  }
  // The migration role hands the published views over to the reader, and may do so only by being able to become it.
  await admin.query(`grant ${roleName('reader')} to ${roleName('migrate')} with inherit false, set true`);
}

function settingsOf(role: Role, version: number): [string, string][] {
  const limits = limitsOf(role);
  const settings: [string, string][] = [
    ['statement_timeout', `${limits.statement}ms`],
    ['idle_in_transaction_session_timeout', `${limits.idleInTransaction}ms`],
    ['jit', 'off'],
    ['timezone', 'UTC'],
    ['search_path', 'public'],
  ];
  if (version >= 170_000) settings.push(['transaction_timeout', `${limits.transaction}ms`]);
  return settings;
}

/** What is set, as a comment: no more of the password than tells that it is another one. */
function markOf(role: Role, password: string, version: number): string {
  const digest = createHash('sha256').update(JSON.stringify([password, settingsOf(role, version)])).digest('hex').slice(0, 8);
  return `Hushu login of ${role} (${digest})`;
}
