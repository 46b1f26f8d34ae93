import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonBytes } from './json-bytes.js';

describe('JSON written as bytes', () => {
  it('is what JSON.stringify says, for any text', () => {
    const out = new JsonBytes(1);
    fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constantFrom('王小明', '"', '\\', '\ud800', '𠮷野', '\u2028', ''))), (texts) => {
      expect(out.write(() => { for (const text of texts) out.string(text); }).toString()).toBe(texts.map((text) => JSON.stringify(text)).join(''));
    }), { numRuns: 500 });
  });

  it('takes JSON that was made before as it stands', () => {
    const out = new JsonBytes();
    const written = out.write(() => {
      out.raw(Buffer.from('{"名":'));
      out.json('[1,"é"]');
      out.json('}');
    });
    expect(written.toString()).toBe('{"名":[1,"é"]}');
  });

  it('leaves nothing of what broke off to what comes next', () => {
    const out = new JsonBytes();
    expect(() => out.write(() => {
      out.string('somebody');
      throw new Error('in the middle');
    })).toThrow('in the middle');
    expect(out.write(() => { out.string('else'); }).toString()).toBe('"else"');
  });
});
