/**
 * What may stand in a feed.yaml, as data: keys, kinds of value, what must be there. The set is closed:
 * a key that is not named here is a fault, because a misspelt key would otherwise do nothing, silently.
 */
export type Shape =
  | { is: 'text'; like?: RegExp; oneOf?: readonly string[] }
  | { is: 'flag' }
  /** A flag, or in its place what it is about in more detail. */
  | { is: 'flag-or'; other: Shape }
  | { is: 'integer'; min: number; max: number }
  | { is: 'size'; max: number }
  | { is: 'share' }
  /** A regular expression of so many groups at least. */
  | { is: 'pattern'; groups: 0 | 1 }
  | { is: 'list'; of: Shape; min?: number }
  /** Named keys. `open` lets further keys through as they are. */
  | { is: 'keys'; required: Record<string, Shape>; optional?: Record<string, Shape>; open?: boolean }
  /** Keys of the author's choice, in file order; read as a Map. */
  | { is: 'entries'; keys?: RegExp; of: Shape; min?: number };

const text: Shape = { is: 'text' };
const flag: Shape = { is: 'flag' };
const column: Shape = text;
const oneOf = (...values: string[]): Shape => ({ is: 'text', oneOf: values });
const words: Shape = { is: 'keys', required: { zh: text, en: text } };
const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const snake = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const camel = /^[a-z][A-Za-z0-9]*$/;

export const FIELD_TYPES = [
  'text', 'code', 'date', 'month', 'stamp', 'integer', 'decimal', 'division', 'name', 'phone', 'address', 'document',
] as const;
export const IDENTITY_PARTS = [
  'document', 'name', 'formerName', 'sex', 'birthDate', 'phone', 'address', 'division',
] as const;
/** Checks that look at more than one cell; those of one cell follow from its type. */
export const CHECK_RULES = ['birth-date-differs', 'sex-differs'] as const;
export const PROTECTIONS = ['normal', 'personal', 'sensitive', 'number'] as const;

const onFail = oneOf('reject', 'warn', 'block');

const format: Shape = {
  is: 'keys',
  required: { kind: oneOf('csv', 'fixed-width', 'xlsx', 'ndjson') },
  optional: {
    encoding: oneOf('utf-8', 'gb18030'),
    delimiter: { is: 'text', like: /^[\t !#-~]$/ },
    widths: { is: 'list', of: { is: 'integer', min: 1, max: 10_000 }, min: 1 },
    sheet: text,
    limits: {
      is: 'keys',
      required: {},
      optional: {
        rowBytes: { is: 'size', max: 2 ** 30 },
        rows: { is: 'integer', min: 1, max: 2 ** 31 - 1 },
        columns: { is: 'integer', min: 1, max: 1600 },
        inflatedBytes: { is: 'size', max: 2 ** 40 },
        ratio: { is: 'integer', min: 1, max: 10_000 },
      },
    },
  },
};

const field: Shape = {
  is: 'keys',
  required: { as: { is: 'text', like: snake }, title: text, type: oneOf(...FIELD_TYPES) },
  optional: {
    required: flag,
    on_fail: onFail,
    max: { is: 'integer', min: 1, max: 100_000 },
    codes: { is: 'text', like: kebab },
    kind: { is: 'keys', required: {}, optional: { column, is: text } },
    future: flag,
    protection: oneOf(...PROTECTIONS),
  },
};

const role: Shape = {
  is: 'keys',
  required: { title: words },
  optional: {
    document: column, name: column, formerName: column, sex: column, sexIs: oneOf('1', '2'), birthDate: column,
    phone: column, address: column, addressCode: column, division: column, payload: flag,
  },
};

const fact: Shape = {
  is: 'keys',
  required: { kind: oneOf('presence', 'entitlement'), role: text },
  optional: { from: column, to: column, seen: column },
};

const check: Shape = {
  is: 'keys',
  required: { rule: oneOf(...CHECK_RULES), on_fail: onFail },
  optional: { scope: oneOf('row', 'delivery'), role: text },
};

const quality: Shape = {
  is: 'keys',
  required: { dimension: oneOf('completeness', 'validity', 'uniqueness', 'consistency', 'timeliness'), warn: { is: 'share' }, fail: { is: 'share' } },
  optional: { field: column },
};

const supply: Shape = {
  is: 'keys',
  required: {
    facet: { is: 'text', like: camel },
    role: text,
    precedence: { is: 'integer', min: 0, max: 1000 },
    attributes: { is: 'entries', keys: camel, of: column, min: 1 },
  },
  optional: {
    since: column,
    until: column,
    latest: { is: 'list', of: column },
    when: { is: 'keys', required: { column, in: { is: 'list', of: text, min: 1 } } },
  },
};

export const FEED_SHAPE: Shape = {
  is: 'keys',
  required: {
    feed: { is: 'text', like: kebab },
    title: words,
    supplier: { is: 'keys', required: { id: { is: 'text', like: kebab }, zh: text, en: text } },
    origin: oneOf('local', 'city-return', 'province-return'),
    coverage: oneOf('complete', 'local', 'partial'),
    transport: { is: 'keys', required: { kind: { is: 'text', like: kebab } }, open: true },
    format,
    mode: oneOf('full', 'delta'),
    asOf: { is: 'keys', required: { fileName: { is: 'pattern', groups: 1 } } },
    schedule: {
      is: 'keys',
      required: { every: oneOf('hour', 'day', 'week', 'month', 'term') },
      optional: { at: { is: 'text', like: /^([01]\d|2[0-3]):[0-5]\d$/ }, day: { is: 'integer', min: 1, max: 31 }, late: oneOf('skip', 'catch-up') },
    },
    freshness: { is: 'keys', required: { overdueAfterDays: { is: 'integer', min: 1, max: 3660 } } },
    limits: { is: 'keys', required: { shrink: { is: 'share' }, rejects: { is: 'share' } } },
    key: { is: 'list', of: column, min: 1 },
    fields: { is: 'entries', of: field, min: 1 },
  },
  optional: {
    spine: flag,
    protection: oneOf(...PROTECTIONS),
    stamp: column,
    operation: { is: 'keys', required: { field: column, add: text, change: text, remove: text } },
    roles: { is: 'entries', keys: kebab, of: role },
    facts: { is: 'list', of: fact },
    checks: { is: 'list', of: check },
    identifies: { is: 'list', of: oneOf(...IDENTITY_PARTS) },
    quality: { is: 'list', of: quality },
    supplies: { is: 'list', of: supply },
  },
};
