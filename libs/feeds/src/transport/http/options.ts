import { resolve } from 'node:path';
import type { FeedContract } from '../../contract/contract.js';
import type { Shape } from '../../contract/contract-shape.js';

const text: Shape = { is: 'text' };
const parameter: Shape = { is: 'text', like: /^[A-Za-z0-9_.[\]$-]+$/ };
/** Names from the page's outermost object inwards, `data.rows`. */
const place: Shape = { is: 'text', like: /^[^.\s]+(\.[^.\s]+)*$/ };
const address: Shape = { is: 'text', like: /^https?:\/\/[^\s@/?#]+(\/[^\s@#]*)?$/ };
const HEADER = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

/** What a contract may say beside `kind: http`. */
export const HTTP_OPTIONS: Extract<Shape, { is: 'keys' }> = {
  is: 'keys',
  required: { url: address },
  optional: {
    insecure: { is: 'flag' }, ca: text,
    itemsPath: place, nextPath: place, asOfPath: place,
    cursorParameter: parameter, pageSizeParameter: parameter, sinceParameter: parameter,
    pageSize: { is: 'integer', min: 1, max: 1_000_000 }, pageBytes: { is: 'size', max: 2 ** 28 },
    headers: { is: 'entries', keys: new RegExp(`^${HEADER}$`), of: { is: 'text', like: /^[\x20-\x7e]+$/ } },
    credential: text, auth: { is: 'text', like: new RegExp(`^(bearer|basic|oauth2|header:${HEADER})$`) },
    oauth2: { is: 'keys', required: { tokenUrl: address }, optional: { scope: text } },
    timeoutSeconds: { is: 'integer', min: 1, max: 600 }, requestsPerSecond: { is: 'integer', min: 1, max: 1000 },
  },
};

export interface HttpOptions {
  url: URL;
  ca: string | null;
  itemsPath: readonly string[];
  nextPath: readonly string[];
  asOfPath: readonly string[];
  cursorParameter: string;
  pageSizeParameter: string;
  pageSize: number;
  /** A page's bytes at most, as sent and unpacked. */
  pageBytes: number;
  sinceParameter: string | null;
  headers: ReadonlyMap<string, string>;
  auth: Auth | null;
  timeoutSeconds: number;
  requestsPerSecond: number | null;
}

/** How a request shows who asks; `credential` is the name of the secret. */
export type Auth =
  | { by: 'bearer'; credential: string }
  | { by: 'basic'; credential: string }
  | { by: 'header'; name: string; credential: string }
  | { by: 'oauth2'; tokenUrl: URL; scope: string | null; credential: string };

type Raw = Readonly<Record<string, unknown>>;

/** Fills what a contract may leave unsaid. */
export function httpOptions(raw: Raw, contract: FeedContract): HttpOptions {
  const named = (key: string, otherwise: string): string => (raw[key] as string | undefined) ?? otherwise;
  return {
    url: new URL(raw.url as string),
    ca: raw.ca === undefined ? null : resolve(contract.folder, raw.ca as string),
    itemsPath: named('itemsPath', 'items').split('.'), nextPath: named('nextPath', 'next').split('.'), asOfPath: named('asOfPath', 'asOf').split('.'),
    cursorParameter: named('cursorParameter', 'cursor'), pageSizeParameter: named('pageSizeParameter', 'limit'),
    pageSize: (raw.pageSize as number | undefined) ?? 5000, pageBytes: (raw.pageBytes as number | undefined) ?? 2 ** 26,
    sinceParameter: (raw.sinceParameter as string | undefined) ?? null,
    headers: (raw.headers as ReadonlyMap<string, string> | undefined) ?? new Map<string, string>(),
    auth: authOf(raw), timeoutSeconds: (raw.timeoutSeconds as number | undefined) ?? 60,
    requestsPerSecond: (raw.requestsPerSecond as number | undefined) ?? null,
  };
}

function authOf(raw: Raw): Auth | null {
  const credential = raw.credential as string | undefined;
  const auth = raw.auth as string | undefined;
  if (credential === undefined || auth === undefined) return null;
  if (auth === 'bearer' || auth === 'basic') return { by: auth, credential };
  if (auth !== 'oauth2') return { by: 'header', name: auth.slice('header:'.length).toLowerCase(), credential };
  const { tokenUrl, scope } = raw.oauth2 as { tokenUrl: string; scope?: string };
  return { by: 'oauth2', tokenUrl: new URL(tokenUrl), scope: scope ?? null, credential };
}

type Fault = (path: readonly string[], rule: string, zh: string, en: string) => void;

/** What the shape alone cannot say. Options that are not of the shape were told before and are passed over. */
export function checkHttpOptions(raw: Raw, contract: FeedContract, fault: Fault): void {
  const oauth2 = raw.oauth2 as { tokenUrl?: string } | undefined;
  for (const [path, value] of [[['url'], raw.url], [['oauth2', 'tokenUrl'], oauth2?.tokenUrl]] as const) {
    if (typeof value !== 'string') continue;
    if (!URL.canParse(value)) fault(path, 'name-shape', `${path.join('.')} 不是网址`, `${path.join('.')} is not an address`);
    else if (value.startsWith('http:') && raw.insecure !== true) {
      fault(path, 'http-insecure', `${path.join('.')} 未加密；改用 https，或写明 insecure: true`, `${path.join('.')} is not encrypted: use https, or say insecure: true`);
    }
  }
  const says = (key: string): boolean => Object.hasOwn(raw, key);
  if (says('credential') !== says('auth')) {
    fault([], 'key-missing', 'credential 与 auth 须同时写明', 'credential and auth go together');
  }
  if ((raw.auth === 'oauth2') !== (oauth2 !== undefined)) {
    fault([], 'key-missing', 'auth: oauth2 与 oauth2 (tokenUrl) 须同时写明', 'auth: oauth2 and oauth2 (tokenUrl) go together');
  }
  for (const name of raw.headers instanceof Map ? raw.headers.keys() as IterableIterator<string> : []) {
    if (/authorization|cookie|token|secret|api-?key/i.test(name)) {
      fault(['headers', name], 'header-secret', `${name}: 口令和令牌不写在契约中，用 credential 与 auth`, `${name}: no secret stands in a contract; use credential and auth`);
    }
  }
  if (raw.sinceParameter !== undefined && raw.asOfPath === undefined && contract.stamp === undefined) {
    fault(['sinceParameter'], 'key-missing', 'sinceParameter 需要 asOfPath 或 stamp', 'sinceParameter needs asOfPath or stamp');
  }
}
