import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NdjsonFormat } from './ndjson.js';
import { contractOf, readAll, sourceOf } from './reading.fixture.js';

const COLUMNS = ['登记编号', '姓名', 'a', '__proto__'];
const format = new NdjsonFormat(contractOf({ kind: 'ndjson' }), COLUMNS);
const read = (text: string | Uint8Array, cuts?: number[] | number) => readAll(format, sourceOf(text, cuts));
/** Long enough a beginning for the keys to be the contract's whatever follows. */
const KNOWN = '{"登记编号":"1"}\n'.repeat(100);

const value = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '王', '𠮷', '"', '\\', '\n', '\t', '/', '\u2028', '\u007f'), maxLength: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null),
);
const cellOf = (v: unknown): string => (v === null || v === undefined ? '' : typeof v === 'string' ? v : JSON.stringify(v));

describe('ndjson', () => {
  it('reads what JSON.parse reads, wherever the chunks are cut', async () => {
    const object = fc.uniqueArray(fc.tuple(fc.constantFrom(...COLUMNS), value), { selector: ([key]) => key, maxLength: 4 });
    const space = fc.constantFrom('', ' ', '\t', '\r');
    await fc.assert(fc.asyncProperty(fc.array(object, { maxLength: 6 }), space, fc.boolean(), fc.array(fc.nat(300)), async (objects, gap, escape, cuts) => {
      const quote = (s: string) => (escape ? JSON.stringify(s).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : JSON.stringify(s));
      const lines = objects.map((entries) =>
        `${gap}{${gap}${entries.map(([k, v]) => `${quote(k)}${gap}:${gap}${typeof v === 'string' ? quote(v) : JSON.stringify(v)}`).join(`${gap},`)}${gap}}${gap}`);
      const reading = await read(KNOWN + lines.join('\n'), cuts);
      const parsed = lines.map((line) => new Map(Object.entries(JSON.parse(line) as object)));
      expect(reading.bad).toEqual([]);
      expect(reading.columns).toEqual(COLUMNS);
      expect(reading.rows.slice(100)).toEqual(parsed.map((map) => COLUMNS.map((column) => cellOf(map.get(column)))));
    }), { numRuns: 1000 });
  });

  it('refuses a line exactly when JSON.parse does, or when it is no flat object', async () => {
    const token = fc.constantFrom('{', '}', '[', ']', ':', ',', '"a"', '"姓名"', '1', '-0.5e3', '01', '1.', 'true', 'nul', 'null', '""', '"\\u00e9"', '"\\x"', ' ', '"', '\\');
    await fc.assert(fc.asyncProperty(fc.array(token, { minLength: 1, maxLength: 9 }), async (tokens) => {
      const line = tokens.join('');
      const reading = await read(`${KNOWN}${line}\n`);
      expect([reading.rows.length - 100, reading.bad.length]).toEqual(line.trim() === '' ? [0, 0] : isFlat(line) ? [1, 0] : [0, 1]);
    }), { numRuns: 4000 });
  });

  it('keeps numbers as they are written', async () => {
    const reading = await read('{"登记编号":370702199001011234,"姓名":1.50,"a":-1E+05}\n');
    expect(reading.rows).toEqual([['370702199001011234', '1.50', '-1E+05', '']]);
  });

  it('takes __proto__ for a name like any other', async () => {
    const reading = await read('{"__proto__":"x","a":"y"}\n{"__proto__":{"a":1}}\n');
    expect(reading.rows).toEqual([['', '', 'y', 'x']]);
    expect(reading.bad).toEqual([{ rule: 'row-syntax', raw: '{"__proto__":{"a":1}}' }]);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('names what is wrong with a line', async () => {
    const lines = ['{"a":"1","zz":"2"}', '{"a":{"b":1}}', '[1]', '{"a":"\\ud800"}', '{"a":"\\u0000"}', '{"a":"1"', `{"a":"${'x'.repeat(2000)}"}`, '{"a":"ok"}'];
    const reading = await read(`${KNOWN}${lines.join('\n')}\n\n`);
    expect(reading.bad.map((bad) => bad.rule)).toEqual(['row-columns', 'row-syntax', 'row-syntax', 'row-encoding', 'row-encoding', 'row-syntax', 'row-too-long']);
    expect(reading.rows.length).toBe(101);
  });
});

function isFlat(line: string): boolean {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      && Object.entries(parsed).every(([key, v]) => COLUMNS.includes(key) && (typeof v !== 'object' || v === null));
  } catch {
    return false;
  }
}
