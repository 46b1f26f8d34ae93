import { HubError } from '#kernel';

/** The oldest PostgreSQL the hub's SQL runs on. */
const OLDEST = 160_000;

/**
 * Refuses an external PostgreSQL that does not answer, is too old, or whose login may not make roles.
 * Throws HUSHU-SERVICES-10, -13, -14.
 */
export async function checkPostgres(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows: [server] } = await client.query<{ number: number; version: string; roles: boolean }>(
      `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
              rolsuper or rolcreaterole as roles from pg_roles where rolname = current_user`);
    if (server!.number < OLDEST) throw tooOld(server!.version);
    if (!server!.roles) throw mayNot();
  } catch (cause) {
    if (cause instanceof HubError) throw cause;
    throw new HubError({
      code: 'HUSHU-SERVICES-10',
      zh: 'DATABASE_URL 指向的 PostgreSQL 连接不上',
      en: 'The PostgreSQL that DATABASE_URL points at does not answer',
      hintZh: '检查地址、口令与数据库名,或去掉 DATABASE_URL 以使用内嵌的 PostgreSQL',
      hintEn: 'Check its address, password and database, or unset DATABASE_URL to use one of our own',
      retry: true, cause,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function tooOld(version: string): HubError {
  return new HubError({
    code: 'HUSHU-SERVICES-13',
    zh: `PostgreSQL ${version} 太旧`,
    en: `PostgreSQL ${version} is too old`,
    hintZh: '需要 16 或更新的版本',
    hintEn: 'The hub needs version 16 or newer',
  });
}

function mayNot(): HubError {
  return new HubError({
    code: 'HUSHU-SERVICES-14',
    zh: 'DATABASE_URL 的登录不能建立角色',
    en: 'The login of DATABASE_URL may not make roles',
    hintZh: '使用带 CREATEROLE 的登录(通常是数据库所有者)',
    hintEn: 'Use a login with CREATEROLE, usually the owner of the database',
  });
}
