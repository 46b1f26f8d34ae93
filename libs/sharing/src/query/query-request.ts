import { holdsCitizenId, type Text } from '#kernel';
import { OPERATOR_PARTS, PURPOSE_PARTS, type OperatorPart, type PurposePart } from '../grant/grant.js';

/** A call to look people up, checked for its shape; what the grant allows is looked at afterwards. */
export interface QueryRequest {
  grant: string;
  purpose: { code: string } & Partial<Record<PurposePart, string>>;
  operator: Partial<Record<OperatorPart, string>> | undefined;
  by: 'idNumbers' | 'personIds' | 'criteria';
  /** The numbers or ids, in the caller's order. */
  ids: readonly string[];
  fields: readonly string[];
  /** YYYY-MM-DD */
  validAt: string | undefined;
  /** With its offset from UTC. */
  knownAt: string | undefined;
  provenance: boolean;
}

/** What is wrong with one part of a call; the pointer is RFC 6901. */
export interface RequestFault { pointer: string; rule: string; text: Text }

export const MOST_IDS = 10_000;
const MOST_FIELDS = 500;
const MOST_FAULTS = 100;
const LONGEST_ID = 40;
const LONGEST_TEXT = 200;

const TOP = new Set(['grant', 'purpose', 'operator', 'by', 'fields', 'validAt', 'knownAt', 'include']);
const PURPOSE = new Set<string>(['code', ...PURPOSE_PARTS]);
const OPERATOR = new Set<string>(OPERATOR_PARTS);
const BY = new Set(['idNumbers', 'personIds', 'criteria']);
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;

type Body = Record<string, unknown>;

/**
 * Checks a call's body in one plain pass, so that ten thousand ids cost a loop and nothing else. Gives the
 * request, or everything that is wrong with it (the first hundred faults).
 */
export function readQueryRequest(body: unknown): { request: QueryRequest } | { faults: RequestFault[] } {
  const check = new Check();
  if (!isObject(body)) return { faults: [fault('', 'object', '请求体应为 JSON 对象', 'The body must be a JSON object')] };
  check.onlyKeys(body, TOP, '');
  const by = readBy(check, body['by']);
  const request: QueryRequest = {
    grant: check.text(body, 'grant', '', true) ?? '',
    purpose: readParts(check, body['purpose'], '/purpose', PURPOSE, true) as QueryRequest['purpose'],
    operator: body['operator'] === undefined ? undefined : readParts(check, body['operator'], '/operator', OPERATOR, false),
    ...by,
    fields: check.list(body['fields'], '/fields', MOST_FIELDS, 100),
    validAt: readDate(check, body['validAt']),
    knownAt: readMoment(check, body['knownAt']),
    provenance: readInclude(check, body['include']),
  };
  return check.faults.length === 0 ? { request } : { faults: check.faults };
}

export function fault(pointer: string, rule: string, zh: string, en: string): RequestFault {
  return { pointer, rule, text: { zh, en } };
}

class Check {
  readonly faults: RequestFault[] = [];

  add(pointer: string, rule: string, zh: string, en: string): undefined {
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault(pointer, rule, zh, en));
    return undefined;
  }

  onlyKeys(object: Body, allowed: ReadonlySet<string>, at: string): void {
    for (const key of Object.keys(object)) {
      if (!allowed.has(key)) this.add(`${at}/${key.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`, 'unknown-property', '没有这个属性', 'There is no such property');
    }
  }

  text(object: Body, key: string, at: string, required: boolean): string | undefined {
    const value = object[key];
    if (value === undefined) return required ? this.add(`${at}/${key}`, 'required', '缺少', 'Required') : undefined;
    if (typeof value !== 'string' || value === '' || value.length > LONGEST_TEXT) {
      return this.add(`${at}/${key}`, 'text', `应为 1 至 ${LONGEST_TEXT} 个字符的文字`, `Must be text of 1 to ${LONGEST_TEXT} characters`);
    }
    return value;
  }

  list(value: unknown, pointer: string, most: number, longest: number): readonly string[] {
    if (value === undefined) { this.add(pointer, 'required', '缺少', 'Required'); return []; }
    if (!Array.isArray(value)) { this.add(pointer, 'list', '应为数组', 'Must be an array'); return []; }
    if (value.length === 0) this.add(pointer, 'empty', '不得为空', 'Must not be empty');
    if (value.length > most) { this.add(pointer, 'too-many', `至多 ${most} 项`, `At most ${most} items`); return []; }
    for (let i = 0; i < value.length; i++) {
      const one: unknown = value[i];
      if (typeof one !== 'string' || one.length === 0 || one.length > longest) {
        this.add(`${pointer}/${i}`, 'text', `应为 1 至 ${longest} 个字符的文字`, `Must be text of 1 to ${longest} characters`);
      }
    }
    return value as string[];
  }
}

function readBy(check: Check, value: unknown): Pick<QueryRequest, 'by' | 'ids'> {
  const none = { by: 'idNumbers' as const, ids: [] };
  if (value === undefined) { check.add('/by', 'required', '缺少', 'Required'); return none; }
  if (!isObject(value)) { check.add('/by', 'object', '应为对象', 'Must be an object'); return none; }
  check.onlyKeys(value, BY, '/by');
  const given = [...BY].filter((key) => value[key] !== undefined);
  if (given.length !== 1) {
    check.add('/by', 'one-of', 'idNumbers、personIds、criteria 只能且必须取其一', 'Give exactly one of idNumbers, personIds and criteria');
    return none;
  }
  const by = given[0] as QueryRequest['by'];
  return { by, ids: by === 'criteria' ? [] : check.list(value[by], `/by/${by}`, MOST_IDS, LONGEST_ID) };
}

/** Words that go into the audit: never a document number, which has no business there. */
function readParts(check: Check, value: unknown, at: string, allowed: ReadonlySet<string>, withCode: boolean): Record<string, string> {
  const parts: Record<string, string> = {};
  if (value === undefined) { check.add(at, 'required', '缺少', 'Required'); return parts; }
  if (!isObject(value)) { check.add(at, 'object', '应为对象', 'Must be an object'); return parts; }
  check.onlyKeys(value, allowed, at);
  for (const key of allowed) {
    const text = check.text(value, key, at, withCode && key === 'code');
    if (text === undefined) continue;
    if (holdsCitizenId(text)) check.add(`${at}/${key}`, 'document-number', '此处不得填写证件号码', 'A document number must not be written here');
    else parts[key] = text;
  }
  return parts;
}

function readDate(check: Check, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) {
    const moment = new Date(`${value}T00:00:00Z`);
    if (!Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value)) return value;
  }
  return check.add('/validAt', 'date', '应为存在的日期 YYYY-MM-DD', 'Must be a real date, YYYY-MM-DD');
}

function readMoment(check: Check, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value))) return value;
  return check.add('/knownAt', 'moment', '应为带时区的时刻,例如 2025-08-01T08:00:00+08:00', 'Must be a moment with its offset, such as 2025-08-01T08:00:00+08:00');
}

function readInclude(check: Check, value: unknown): boolean {
  if (value === undefined) return false;
  const list = check.list(value, '/include', 10, 40);
  list.forEach((one, i) => {
    if (one !== 'provenance') check.add(`/include/${i}`, 'choice', '只能是 provenance', 'Must be provenance');
  });
  return list.includes('provenance');
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
