import pg from 'pg';
import { roleName, type Role } from '../role/role.js';

export interface DatabaseOptions {
  /** postgres://host:port/name; a user and password in it are replaced by each role's own. */
  url: string;
  passwordOf: (role: Role) => string;
  /** Connections a role's pool may hold. Default 4. */
  poolSize?: number;
  /** Shown in pg_stat_activity, followed by the role. */
  applicationName?: string;
}

/** The oids of `date` and `timestamp`: both stay text, a JS Date would move them by the machine's time zone. */
const AS_TEXT = new Set<number>([pg.types.builtins.DATE, pg.types.builtins.TIMESTAMP]);

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    AS_TEXT.has(oid) && format !== 'binary' ? (value: string) => value : pg.types.getTypeParser(oid, format)) as never,
};

/** One store, reached by one login a stage. */
export class Database {
  private readonly pools = new Map<Role, pg.Pool>();

  constructor(private readonly options: DatabaseOptions) {}

  /** The role's pool, made when first asked for. */
  pool(role: Role): pg.Pool {
    let pool = this.pools.get(role);
    if (!pool) {
      pool = new pg.Pool({ ...this.config(role), max: this.options.poolSize ?? 4, idleTimeoutMillis: 30_000 });
      // A server that went away is told to whoever asks next; an idle connection must not end the process.
      pool.on('error', () => undefined);
      // Nor one that is lent: its borrower's next statement fails.
      pool.on('connect', (client) => client.on('error', () => undefined));
      this.pools.set(role, pool);
    }
    return pool;
  }

  /**
   * A connection of its own, outside the pool; the caller ends it. With `pipeline`, statements are sent
   * as they are queued and answered in order, without waiting for one another.
   */
  async connect(role: Role, options: { pipeline?: boolean } = {}): Promise<pg.Client> {
    const client = new pg.Client({ ...this.config(role), ...options });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Runs `work` in one transaction of the role: commits what it returns, rolls back what it throws. */
  async transaction<T>(role: Role, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const client = await this.pool(role).connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((cause: Error) => { broken = cause; });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async end(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.end()));
  }

  /** postgres://… of a role, with its password: for a driver that makes its own connections. */
  urlOf(role: Role): string {
    const url = new URL(this.options.url);
    url.username = roleName(role);
    url.password = encodeURIComponent(this.options.passwordOf(role));
    return url.href;
  }

  private config(role: Role): pg.ClientConfig {
    return {
      connectionString: this.urlOf(role),
      application_name: `${this.options.applicationName ?? 'hushu'}:${role}`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      types,
    };
  }
}
