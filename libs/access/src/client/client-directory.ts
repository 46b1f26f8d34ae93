import type { Database } from '#database';
import { loadSql } from '#database';
import type { Keys } from '#keys';
import { isScope, type Caller, type Scope } from '../policy/policy.js';
import { secretDigest, secretMatches } from './client-secret.js';

/** A client as the token endpoint needs it. */
export interface KnownClient {
  id: string;
  department: string;
  grant: string | undefined;
  scopes: Scope[];
  method: 'client_secret_basic' | 'private_key_jwt';
  digest: Buffer | undefined;
  jwks: { keys: Record<string, unknown>[] } | undefined;
}

interface Row {
  id: string; department: string; grant_id: string | null; scopes: string[];
  method: KnownClient['method']; secret_digest: Buffer | null; jwks: KnownClient['jwks'] | null;
}

interface CallerRow { id: string; department: string; grant_id: string | null; scopes: string[]; officer: string | null; neighbour: string | null; feeds: string[] | null }

/**
 * Clients that are let in: neither they nor their department revoked or suspended. Plain SQL, because
 * every token and, through the cache of `callerOf`, every call passes here.
 */
export class ClientDirectory {
  private readonly secretKey: Buffer;
  private callers = new Map<string, Caller>();

  constructor(private readonly database: Database, keys: Keys) {
    this.secretKey = keys.secret('client-secret', 32);
  }

  async find(id: string): Promise<KnownClient | undefined> {
    const { rows: [row] } = await this.database.pool('access').query<Row>({
      name: 'access-client', text: loadSql(import.meta.dirname, 'client'), values: [id],
    });
    return row && {
      id: row.id, department: row.department, grant: row.grant_id ?? undefined, scopes: row.scopes.filter(isScope),
      method: row.method, digest: row.secret_digest ?? undefined, jwks: row.jwks ?? undefined,
    };
  }

  /** The digest an unknown client is compared with: the work is the same and nothing matches. */
  decoyDigest(id: string): Buffer {
    return secretDigest(this.secretKey, `unknown:${id}`, '');
  }

  secretMatches(client: string, secret: string, digest: Buffer): boolean {
    return secretMatches(this.secretKey, client, secret, digest);
  }

  /** The caller behind a client id as of the last `refresh`; undefined when it is not let in any more. */
  callerOf(id: string): Caller | undefined {
    return this.callers.get(id);
  }

  /** Reads all clients that are let in. Called at start, when something changed, and twice a second. */
  async refresh(): Promise<void> {
    const { rows } = await this.database.pool('access').query<CallerRow>({ name: 'access-clients', text: loadSql(import.meta.dirname, 'client_all') });
    this.callers = new Map(rows.map((row) => [row.id, {
      client: row.id, department: row.department, grant: row.grant_id ?? undefined, scopes: row.scopes.filter(isScope),
      officer: row.officer ?? undefined, neighbour: row.neighbour ?? undefined, feeds: row.feeds,
    }]));
  }

  /** Remembers that an assertion was used; false when it had been used before. Of two at once, one wins. */
  async takeAssertion(id: string, expiresAt: Date): Promise<boolean> {
    const { rowCount } = await this.database.pool('access').query(
      'insert into access.seen_assertion (id, expires_at) values ($1, $2) on conflict (id) do nothing', [id, expiresAt]);
    return rowCount === 1;
  }

  /** Forgets assertions that are no longer valid anyway. */
  async sweepAssertions(now: Date): Promise<void> {
    await this.database.pool('access').query('delete from access.seen_assertion where expires_at < $1', [now]);
  }
}
