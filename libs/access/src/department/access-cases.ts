import { randomBytes } from 'node:crypto';
import type { Database } from '#database';
import { HubError, type Clock } from '#kernel';
import type { Keys } from '#keys';
import { DataSource, type EntityManager } from 'typeorm';
import type { AuditWriter } from '../audit/audit-writer.js';
import { checkJwks, type PublicKeys } from '../client/client-keys.js';
import { newSecret, secretDigest } from '../client/client-secret.js';
import { Client } from '../client/client.entity.js';
import { Holding } from '../holding/holding.entity.js';
import type { Scope } from '../policy/policy.js';
import { Department } from './department.entity.js';

export interface NewDepartment { id: string; nameZh: string; nameEn: string; code?: string; hub?: boolean }
/** `officer`: the person who acts by it, of a client with scope operations; `neighbour`: the hub that calls by it, of one with scope exchange. */
export interface NewClient { department: string; grant?: string; scopes?: Scope[]; jwks?: PublicKeys; officer?: string; neighbour?: string }
/** Whose matter a feed is: its contract's supplier. */
export interface FeedSupply { feed: string; department: string }
export interface NewHolding { grant: string; department: string; validFrom: Date; validTo?: Date }

const DEPARTMENT_ID = /^[a-z][a-z0-9-]{1,62}$/;

/** The cases of access: departments, their clients, who holds which grant. Every change is in the audit before it is made. */
export class AccessCases {
  private constructor(
    private readonly store: DataSource,
    private readonly secretKey: Buffer,
    private readonly audit: AuditWriter,
    private readonly clock: Clock,
  ) {}

  static async open(database: Database, keys: Keys, audit: AuditWriter, clock: Clock): Promise<AccessCases> {
    const store = new DataSource({
      type: 'postgres', url: database.urlOf('access'), entities: [Department, Client, Holding],
      synchronize: false, poolSize: 2, installExtensions: false, logging: false,
    });
    await store.initialize();
    return new AccessCases(store, keys.secret('client-secret', 32), audit, clock);
  }

  async close(): Promise<void> {
    await this.store.destroy();
  }

  /** Enters a department, or renames it. Throws HUSHU-ACCESS-02 for an id that is not kebab-case. */
  async putDepartment(given: NewDepartment): Promise<Department> {
    if (!DEPARTMENT_ID.test(given.id)) throw badDepartmentId(given.id);
    const found = await this.store.manager.findOneBy(Department, { id: given.id });
    const same = found?.nameZh === given.nameZh && found.nameEn === given.nameEn && found.code === (given.code ?? null) && found.hub === (given.hub ?? found.hub);
    if (found && same) return found;
    await this.audit.append({ kind: 'department-made', department: given.id, ...(given.hub !== undefined && { detail: { hub: given.hub } }) });
    await this.store.createQueryBuilder().insert().into(Department)
      .values({ id: given.id, nameZh: given.nameZh, nameEn: given.nameEn, code: given.code ?? null, hub: given.hub ?? false })
      .orUpdate(['name_zh', 'name_en', 'code', ...(given.hub === undefined ? [] : ['hub'])], ['id']).execute();
    return this.getDepartment(given.id);
  }

  /** Says whose matter each feed is; a feed that is not named is nobody's. */
  async putSupply(supply: readonly FeedSupply[]): Promise<void> {
    await this.store.transaction(async (manager) => {
      const before = await manager.query<FeedSupply[]>('select feed, department from access.supply order by feed for update');
      const after = [...supply].map(({ feed, department }) => ({ feed, department })).sort((a, b) => (a.feed < b.feed ? -1 : 1));
      if (JSON.stringify(before) === JSON.stringify(after)) return;
      await this.audit.append({ kind: 'supply-loaded', detail: { feeds: Object.fromEntries(after.map(({ feed, department }) => [feed, department])) } });
      await manager.query('delete from access.supply where feed <> all($1::text[])', [after.map(({ feed }) => feed)]);
      await manager.query(
        `insert into access.supply (feed, department) select * from unnest($1::text[], $2::text[])
         on conflict (feed) do update set department = excluded.department where supply.department <> excluded.department`,
        [after.map(({ feed }) => feed), after.map(({ department }) => department)]);
    });
  }

  async getDepartment(id: string): Promise<Department> {
    const department = await this.store.manager.findOneBy(Department, { id });
    if (!department) throw noSuch('department', id);
    return department;
  }

  async listDepartments(): Promise<Department[]> {
    return this.store.manager.find(Department, { order: { id: 'asc' } });
  }

  /** Makes a client; the secret is in the answer and nowhere else. With `jwks` it proves itself by signature and has none. */
  async createClient(given: NewClient): Promise<{ client: Client; secret: string | undefined }> {
    const { id: department } = await this.getDepartment(given.department);
    if (given.grant !== undefined) {
      const holding = await this.store.manager.findOneBy(Holding, { grant: given.grant, department });
      if (!holding) throw notHeld(given.grant, department);
    }
    if (given.jwks) checkJwks(given.jwks);
    const officer = given.officer === undefined ? null : officerName(given.officer, given.scopes ?? []);
    const neighbour = neighbourName(given.neighbour, given.scopes ?? []);
    const id = `${department}-${randomBytes(6).toString('hex')}`;
    const secret = given.jwks ? undefined : newSecret();
    await this.audit.append({ kind: 'client-made', department, client: id, ...(given.grant !== undefined && { grant: given.grant }), ...((officer ?? neighbour) !== null && { detail: { ...(officer !== null && { officer }), ...(neighbour !== null && { neighbour }) } }) });
    await this.store.manager.insert(Client, {
      id, department, grant: given.grant ?? null, scopes: given.scopes ?? ['persons'], officer, neighbour,
      method: given.jwks ? 'private_key_jwt' : 'client_secret_basic',
      secretDigest: secret === undefined ? null : secretDigest(this.secretKey, id, secret),
      jwks: (given.jwks ? { keys: given.jwks.keys } : null) as never,
    });
    return { client: await this.getClient(id), secret };
  }

  async getClient(id: string): Promise<Client> {
    const client = await this.store.manager.findOneBy(Client, { id });
    if (!client) throw noSuch('client', id);
    return client;
  }

  async listClients(department?: string): Promise<Client[]> {
    return this.store.manager.find(Client, { ...(department !== undefined && { where: { department } }), order: { id: 'asc' } });
  }

  async revokeClient(id: string): Promise<void> {
    const client = await this.getClient(id);
    if (client.state === 'revoked') return;
    await this.audit.append({ kind: 'client-revoked', department: client.department, client: id });
    await this.store.manager.update(Client, { id }, { state: 'revoked', revokedAt: this.clock.now() });
  }

  /** Says who holds a grant from when to when. What was revoked stays revoked. */
  async hold(given: NewHolding): Promise<void> {
    await this.getDepartment(given.department);
    await this.store.createQueryBuilder().insert().into(Holding)
      .values({ grant: given.grant, department: given.department, validFrom: given.validFrom, validTo: given.validTo ?? null })
      .orUpdate(['department', 'valid_from', 'valid_to'], ['grant_id']).execute();
  }

  async listHoldings(): Promise<Holding[]> {
    return this.store.manager.find(Holding, { order: { grant: 'asc' } });
  }

  async findHolding(grant: string): Promise<Holding | null> {
    return this.store.manager.findOneBy(Holding, { grant });
  }

  /** Ends a grant for good; readers see it within a second. */
  async revokeHolding(grant: string, reason: string): Promise<Holding> {
    const change = async (manager: EntityManager): Promise<Holding> => {
      const holding = await manager.findOne(Holding, { where: { grant }, lock: { mode: 'pessimistic_write' } });
      if (!holding) throw noSuch('grant', grant);
      if (holding.state === 'active') {
        await this.audit.append({ kind: 'grant-revoked', grant, department: holding.department, detail: { reason } });
        await manager.update(Holding, { grant }, { state: 'revoked', revokedAt: this.clock.now(), reason });
      }
      return manager.findOneByOrFail(Holding, { grant });
    };
    return this.store.transaction(change);
  }
}

function badDepartmentId(id: string): HubError {
  return new HubError({
    code: 'HUSHU-ACCESS-02',
    zh: `部门编号不合规:${id}`, en: `Not a department id: ${id}`,
    hintZh: '小写字母开头,只含小写字母、数字和连字符,例如 civil-affairs',
    hintEn: 'Begin with a small letter; small letters, digits and hyphens only, such as civil-affairs',
  });
}

/** As it is written in the ledger; one name is one person, however often it was entered. */
function officerName(given: string, scopes: readonly Scope[]): string {
  const name = given.normalize('NFC').trim().replace(/\s+/gu, ' ');
  if (/^[^\p{Cc}]{1,60}$/u.test(name) && scopes.includes('operations')) return name;
  throw new HubError({
    code: 'HUSHU-ACCESS-08',
    zh: '经办人只能是 operations 范围客户端的一个人名(1 到 60 个字符)', en: 'An officer is the name (1 to 60 characters) of the person behind a client of scope operations',
    hintZh: '例如 hushu client create --department data-office --scope operations --officer 张三', hintEn: 'Such as hushu client create --department data-office --scope operations --officer "Zhang San"',
  });
}

/** A hub calls by a client of its own: one that hands out deliveries does nothing else. */
function neighbourName(given: string | undefined, scopes: readonly Scope[]): string | null {
  if (given === undefined && !scopes.includes('exchange')) return null;
  if (given !== undefined && /^[a-z][a-z0-9-]{0,62}$/.test(given) && scopes.length === 1 && scopes[0] === 'exchange') return given;
  throw new HubError({
    code: 'HUSHU-ACCESS-09',
    zh: '范围 exchange 的客户端只供一个相邻枢纽使用,不兼其他范围', en: 'A client of scope exchange is one neighbour hub\'s and has no other scope',
    hintZh: '例如 hushu client create --department data-office --scope exchange --neighbour zibo', hintEn: 'Such as hushu client create --department data-office --scope exchange --neighbour zibo',
  });
}

function noSuch(what: 'department' | 'client' | 'grant', id: string): HubError {
  const zh = { department: '部门', client: '客户端', grant: '授权' }[what];
  return new HubError({
    code: { department: 'HUSHU-ACCESS-03', client: 'HUSHU-ACCESS-04', grant: 'HUSHU-ACCESS-05' }[what],
    zh: `没有这个${zh}:${id}`, en: `There is no ${what} ${id}`,
    hintZh: what === 'grant' ? '用 hushu grant list 查看' : '核对编号,或先登记部门(hushu department add)',
    hintEn: what === 'grant' ? 'See hushu grant list' : 'Check the id, or enter the department first (hushu department add)',
  });
}

function notHeld(grant: string, department: string): HubError {
  return new HubError({
    code: 'HUSHU-ACCESS-06',
    zh: `部门 ${department} 没有授权 ${grant}`, en: `Department ${department} does not hold grant ${grant}`,
    hintZh: '用 hushu grant list 查看各部门的授权', hintEn: 'See hushu grant list',
  });
}
