import type { Text } from '#kernel';
import { plain } from './problem.js';

const DEFAULT_LIMIT = 50;
const MOST = 500;

export interface ParameterRule { pattern: RegExp; text: Text }

const NUMBER: ParameterRule = { pattern: /^[1-9]\d{0,8}$/, text: { zh: '应为正整数', en: 'Must be a whole number of at least 1' } };

/** Rules parameters share. */
export const PARAMETER = {
  id: NUMBER,
  name: { pattern: /^[a-z][a-z0-9-]{0,62}$/, text: { zh: '应为小写字母、数字和连字符', en: 'Must be small letters, digits and hyphens' } },
  column: { pattern: /^[^\s\p{Cc}]{1,100}$/u, text: { zh: '应为供数部门的列名', en: 'Must be a column as the supplier names it' } },
  township: { pattern: /^\d{9}$/, text: { zh: '应为 9 位乡镇街道代码', en: 'Must be a township code of 9 digits' } },
  token: { pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, text: { zh: '应为分布中给出的值标记', en: 'Must be the token of a value, as the facets give it' } },
} satisfies Record<string, ParameterRule>;

/**
 * Reads a list's query parameters, `limit` and `cursor` among them; refuses unknown, repeated and malformed ones,
 * all at once (HUSHU-GATEWAY-26).
 */
export function readParameters(query: unknown, rules: Record<string, ParameterRule>): { values: Record<string, string | undefined>; limit: number; after: number[] | undefined } {
  const faults: { parameter: string; rule: string; text: Text }[] = [];
  const given = query as Record<string, unknown>;
  const values: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(given)) {
    const rule = name === 'limit' ? NUMBER : name === 'cursor' ? { pattern: /^[A-Za-z0-9_-]{1,100}$/, text: { zh: '不是给出过的游标', en: 'Not a cursor that was given out' } } : Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!rule) faults.push({ parameter: name.slice(0, 60), rule: 'unknown-parameter', text: { zh: '没有这个参数', en: 'There is no such parameter' } });
    else if (typeof value !== 'string' || !rule.pattern.test(value)) faults.push({ parameter: name, rule: 'shape', text: rule.text });
    else values[name] = value;
  }
  const limit = Number(values['limit'] ?? DEFAULT_LIMIT);
  if (limit > MOST) faults.push({ parameter: 'limit', rule: 'too-many', text: { zh: `至多 ${MOST}`, en: `At most ${MOST}` } });
  const after = values['cursor'] === undefined ? undefined : readCursor(values['cursor']);
  if (values['cursor'] !== undefined && !after) faults.push({ parameter: 'cursor', rule: 'shape', text: { zh: '不是给出过的游标', en: 'Not a cursor that was given out' } });
  if (faults.length > 0) throw plain('HUSHU-GATEWAY-26', undefined, { faults });
  return { values, limit, after };
}

export function cursorOf(position: number[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readCursor(cursor: string): number[] | undefined {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(position) && position.length <= 3 && position.every(Number.isSafeInteger) ? position as number[] : undefined;
  } catch {
    return undefined;
  }
}
