import type { Text } from '#kernel';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { plain } from './problem.js';

interface Fault { pointer: string; rule: string; text: Text }

/** What each of class-validator's constraints says; `n` are the numbers it was given, in order. */
const TEXTS: Record<string, (n: string[]) => Text> = {
  whitelistValidation: () => ({ zh: '没有这个键', en: 'There is no such key' }),
  isDefined: () => ({ zh: '必填', en: 'Must be given' }),
  isNotEmpty: () => ({ zh: '不能为空', en: 'Must not be empty' }),
  isString: () => ({ zh: '应为文字', en: 'Must be text' }),
  isBoolean: () => ({ zh: '应为 true 或 false', en: 'Must be true or false' }),
  isInt: () => ({ zh: '应为整数', en: 'Must be a whole number' }),
  isNumber: () => ({ zh: '应为数', en: 'Must be a number' }),
  isObject: () => ({ zh: '应为 JSON 对象', en: 'Must be a JSON object' }),
  isArray: () => ({ zh: '应为列表', en: 'Must be a list' }),
  nestedValidation: () => ({ zh: '应为 JSON 对象', en: 'Must be a JSON object' }),
  min: ([n]) => ({ zh: `至少 ${n}`, en: `At least ${n}` }),
  max: ([n]) => ({ zh: `至多 ${n}`, en: `At most ${n}` }),
  minLength: ([n]) => ({ zh: `至少 ${n} 个字符`, en: `At least ${n} characters` }),
  maxLength: ([n]) => ({ zh: `至多 ${n} 个字符`, en: `At most ${n} characters` }),
  isLength: (n) => ({ zh: `长度应在规定之内（${n.join('、')}）`, en: `Its length must be as allowed (${n.join(', ')})` }),
  arrayMinSize: ([n]) => ({ zh: `至少 ${n} 项`, en: `At least ${n} items` }),
  arrayMaxSize: ([n]) => ({ zh: `至多 ${n} 项`, en: `At most ${n} items` }),
  arrayUnique: () => ({ zh: '各项不得重复', en: 'No item may be given twice' }),
};
const OTHERWISE: Text = { zh: '不合规定，见 /docs', en: 'Not as it must be; see /docs' };
/** Rule names as the other problems have them: kebab case. */
const RULES: Record<string, string> = { whitelistValidation: 'unknown-key', isDefined: 'missing', nestedValidation: 'shape' };

/**
 * A call's JSON body as a class whose fields say what they must be (class-validator). A key the class does not have
 * is a fault. Throws HUSHU-GATEWAY-29 with every fault at once, each by JSON pointer; a constraint's own words are
 * its `context: { zh, en }`, where the constraint's name does not say enough. Nothing a caller sent is quoted.
 */
export function readBody<T extends object>(shape: new () => T, body: unknown): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refused([{ pointer: '', rule: 'shape', text: { zh: '请求体应为 JSON 对象', en: 'The body must be a JSON object' } }]);
  const read = plainToInstance(shape, body);
  const errors = validateSync(read, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, stopAtFirstError: false, validationError: { target: false, value: false } });
  if (errors.length > 0) throw refused(errors.flatMap((error) => faultsOf(error, '', body)));
  return read;
}

function refused(faults: Fault[]): Error {
  return plain('HUSHU-GATEWAY-29', undefined, { faults });
}

function faultsOf(error: ValidationError, above: string, given: unknown): Fault[] {
  const pointer = `${above}/${error.property.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const value = (given as Record<string, unknown> | null | undefined)?.[error.property];
  const below = (error.children ?? []).flatMap((child) => faultsOf(child, pointer, value));
  const broken = Object.entries(error.constraints ?? {});
  if (broken.length === 0) return below;
  // One fault a place, and what is not there is missing, whatever else it would have to be.
  if (value === undefined) return [{ pointer, rule: 'missing', text: TEXTS['isDefined']!([]) }, ...below];
  const own = broken.find(([name]) => isText(error.contexts?.[name]));
  const [name, message] = own ?? broken.find(([one]) => one.startsWith('is')) ?? broken[0]!;
  const text = own ? error.contexts![name] as Text : TEXTS[name]?.(message.slice(error.property.length).match(/\d+(\.\d+)?/g) ?? []) ?? OTHERWISE;
  return [{ pointer, rule: RULES[name] ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), text }, ...below];
}

function isText(context: unknown): context is Text {
  return typeof context === 'object' && context !== null && 'zh' in context && 'en' in context;
}
