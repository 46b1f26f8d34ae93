import { secondsToNextDay, dayOf, type AuditReceipt, type AuditWriter, type Caller } from '#access';
import type { Database } from '#database';
import type { Clock } from '#kernel';
import { documentTokens, personOf, type Keys } from '#keys';
import type { FieldCatalogue } from '../catalogue/field-spec.js';
import type { GrantDirectory } from '../grant/grant-directory.js';
import type { StandingGrant } from '../grant/grant.js';
import type { Freshness } from '../status/freshness.js';
import { documentOfNumber } from './document-number.js';
import { compilePlan, planKey, type PlanRequest, type QueryPlan } from './query-plan.js';
import { fault, readQueryRequest, type QueryRequest, type RequestFault } from './query-request.js';
import { ReadLane, type Moment } from './read-lane.js';
import { RecordWriter, type Row } from './record-writer.js';
import { fieldsNotGranted, grantNotHeld, invalidRequest, modeNotGranted, purposeNotGranted, quotaExceeded, unknownFields } from './refusals.js';

/** How much of a grant's quota is left, for the caller to see. */
export interface Rate { limit: number; remaining: number; resetSeconds: number }

/** Takes so many people out of a grant's quota; throws HUSHU-SHARING-26 when they are not there. */
export interface Throttle { take(grant: StandingGrant, persons: number): Rate | Promise<Rate> }

export interface QueryAnswer {
  /** JSON text of the items in the order asked, with what was asked for between them. */
  items: Buffer;
  /** JSON text: snapshot, freshness, delivery. */
  meta: string;
  rate: Rate;
  receipt: AuditReceipt;
}

export interface PersonQueryParts {
  database: Database; keys: Keys; clock: Clock; audit: AuditWriter; directory: GrantDirectory; freshness: Freshness; throttle: Throttle;
}

/** Asks of at most so many people share the quick lane. */
const QUICK_PEOPLE = 50;
/** Records written before others get their turn. */
const WRITTEN_AT_ONCE = 500;
const PLANS_KEPT = 1000;

/**
 * Looks people up under a grant. Whatever is answered was allowed by the grant at that moment, refused again by
 * the database's own policies where it was not, and is in the audit before this returns.
 */
export class PersonQuery {
  private readonly quick: ReadLane;
  private readonly bulk: ReadLane;
  private readonly plans = new Map<string, { plan: QueryPlan; writer: RecordWriter; catalogue: FieldCatalogue }>();

  constructor(private readonly parts: PersonQueryParts) {
    this.quick = new ReadLane(parts.database);
    this.bulk = new ReadLane(parts.database);
  }

  get counts(): { quick: ReadLane['counts']; bulk: ReadLane['counts'] } {
    return { quick: this.quick.counts, bulk: this.bulk.counts };
  }

  async end(): Promise<void> {
    await Promise.all([this.quick.end(), this.bulk.end()]);
  }

  /** `request` is the call's id, for the audit; `between` stands between two items. Throws HubErrors HUSHU-SHARING-10 to -27 and HUSHU-ACCESS-01. */
  async answer(caller: Caller, body: unknown, request: string, between = ','): Promise<QueryAnswer> {
    const read = readQueryRequest(body);
    if ('faults' in read) throw invalidRequest(read.faults);
    const { request: asked } = read;
    const grant = this.admit(caller, asked);
    const { plan, writer } = this.planFor(grant, asked);
    const used = this.parts.audit.usedToday(grant.id);
    if (used + asked.ids.length > grant.quota.perDay) {
      throw quotaExceeded(secondsToNextDay(this.parts.clock.now()), grant.quota.perDay, 'day');
    }
    const taken = this.parts.throttle.take(grant, asked.ids.length);
    const rate = taken instanceof Promise ? await taken : taken;

    const keys = this.keysOf(asked);
    const lane = asked.ids.length <= QUICK_PEOPLE ? this.quick : this.bulk;
    const found = await lane.read(plan, [...new Set(keys.filter((key) => key !== null))], this.momentOf(asked));
    const rows = keys.map((key) => (key === null ? undefined : found.get(key)));
    const items = await this.write(writer, rows, between);
    const receipt = await this.parts.audit.append(eventOf(caller, grant, asked, plan, keys, rows, request), { grant: grant.id, persons: asked.ids.length });
    const meta = `{${this.parts.freshness.text(plan.feeds)},"delivery":"${receipt.seq}.${receipt.h}"}`;
    return { items, meta, rate, receipt };
  }

  /** The grant, when the caller holds it and the call is within its terms; every check before anything is read. */
  private admit(caller: Caller, asked: QueryRequest): StandingGrant {
    const grant = this.parts.directory.find(asked.grant);
    if (!grant || grant.department !== caller.department || (caller.grant !== undefined && caller.grant !== grant.id)) throw grantNotHeld();
    const missing: RequestFault[] = [];
    const require = (at: string, part: string): void => {
      missing.push(fault(`/${at}/${part}`, 'required-by-grant', '该授权要求填写', 'The grant requires it'));
    };
    for (const part of grant.requires.purpose) if (asked.purpose[part] === undefined) require('purpose', part);
    for (const part of grant.requires.operator) if (asked.operator?.[part] === undefined) require('operator', part);
    if (missing.length > 0) throw invalidRequest(missing);
    if (!grant.purposeCodes.has(asked.purpose.code)) throw purposeNotGranted([...grant.purposeCodes]);
    if (asked.by === 'criteria') throw modeNotGranted();
    return grant;
  }

  private planFor(grant: StandingGrant, asked: QueryRequest): { plan: QueryPlan; writer: RecordWriter } {
    const { catalogue } = this.parts.directory;
    const request: PlanRequest = {
      by: asked.by as PlanRequest['by'], fields: asked.fields, asOf: asked.validAt !== undefined || asked.knownAt !== undefined, provenance: asked.provenance,
    };
    const key = planKey(grant, request);
    const known = this.plans.get(key);
    if (known?.catalogue === catalogue) return known;
    const fields = this.fieldsOf(grant, asked, catalogue);
    const plan = compilePlan(grant, catalogue, { ...request, fields });
    const made = { plan, writer: new RecordWriter(plan, this.parts.keys, (feed) => this.parts.freshness.originOf(feed)), catalogue };
    if (this.plans.size >= PLANS_KEPT) this.plans.delete(this.plans.keys().next().value!);
    this.plans.set(key, made);
    return made;
  }

  /** Fields spelt out, each once; refuses what does not exist, then what is not granted. */
  private fieldsOf(grant: StandingGrant, asked: QueryRequest, catalogue: FieldCatalogue): string[] {
    const unknown: RequestFault[] = [];
    const refused = new Map<string, RequestFault>();
    const fields = new Set<string>();
    asked.fields.forEach((name, i) => {
      const paths = catalogue.expand(name);
      if (!paths) unknown.push(fault(`/fields/${i}`, 'unknown-field', '没有这个字段', 'There is no such field'));
      for (const path of paths ?? []) {
        fields.add(path);
        if (!grant.allowed.has(path)) refused.set(path, fault(`/fields/${i}`, 'field-not-granted', `未授权:${path}`, `Not granted: ${path}`));
      }
    });
    if (unknown.length > 0) throw unknownFields(unknown);
    if (refused.size > 0) throw fieldsNotGranted(grant.id, [...refused.keys()], [...refused.values()]);
    return [...fields];
  }

  private keysOf(asked: QueryRequest): (string | null)[] {
    return asked.by === 'idNumbers'
      ? documentTokens(this.parts.keys, asked.ids.map(documentOfNumber))
      : asked.ids.map((id) => personOf(this.parts.keys, id));
  }

  /** What is missing of a point in time: known as of now; valid on the day it was known. */
  private momentOf(asked: QueryRequest): Moment {
    const now = this.parts.clock.now();
    const today = dayOf(now);
    if (asked.validAt === undefined && asked.knownAt === undefined) return { today };
    const knownAt = asked.knownAt ?? now.toISOString();
    return { today, knownAt, validAt: asked.validAt ?? dayOf(new Date(knownAt)) };
  }

  private async write(writer: RecordWriter, rows: readonly (Row | undefined)[], between: string): Promise<Buffer> {
    if (rows.length <= WRITTEN_AT_ONCE) return writer.write(rows, between);
    const parts: Buffer[] = [];
    for (let at = 0; at < rows.length; at += WRITTEN_AT_ONCE) {
      if (at > 0) await new Promise((resolve) => setImmediate(resolve));
      parts.push(writer.write(rows.slice(at, at + WRITTEN_AT_ONCE), between, at));
    }
    return Buffer.concat(parts);
  }
}

function eventOf(
  caller: Caller, grant: StandingGrant, asked: QueryRequest, plan: QueryPlan,
  keys: readonly (string | null)[], rows: readonly (Row | undefined)[], request: string,
): Parameters<AuditWriter['append']>[0] {
  const persons: string[] = [];
  const missed: string[] = [];
  rows.forEach((row, i) => {
    if (row) persons.push(row[1]!);
    else if (keys[i] !== null) missed.push(keys[i]!);
  });
  return {
    kind: 'query', grant: grant.id, version: grant.version, department: caller.department, client: caller.client, request,
    purpose: asked.purpose, ...(asked.operator && { operator: asked.operator }), fields: plan.fields, persons,
    ...(missed.length > 0 && { missed }),
    ...(asked.validAt !== undefined && { validAt: asked.validAt }), ...(asked.knownAt !== undefined && { knownAt: asked.knownAt }),
  };
}
