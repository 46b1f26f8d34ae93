import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseCodeSet } from './code-set.js';

describe('code lists', () => {
  it('are read with words, parents and lines of descent', () => {
    const { codes, faults } = parseCodeSet('\uFEFFcode,zh,en,parent\r\n1,甲,"A, or ""a""",\r\n11,甲一,A1,1\r\n', 'codes/letters.csv');
    expect(faults).toEqual([]);
    expect(codes.name).toBe('letters');
    expect(codes.size).toBe(2);
    expect(codes.find('1')).toEqual({ code: '1', text: { zh: '甲', en: 'A, or "a"' } });
    expect(codes.childrenOf('1').map((c) => c.code)).toEqual(['11']);
    expect(codes.lineOf('11').map((c) => c.code)).toEqual(['11', '1']);
    expect(codes.lineOf('2')).toEqual([]);
    expect(codes.has('2')).toBe(false);
  });

  it('tell every fault with its line, at once', () => {
    const { codes, faults } = parseCodeSet('code,zh,en,parent\n1,甲,A,\n1,乙,B,\n2,,C,\n3,丙\n4,丁,"D,\n5,戊,E,9\n6,己,F,7\n7,庚,G,6\n', 'x.csv');
    expect(faults.map((f) => [f.line, f.rule])).toEqual([
      [3, 'code-twice'], [4, 'code-empty'], [5, 'code-columns'], [6, 'code-columns'], [7, 'code-parent'], [8, 'code-parent'], [9, 'code-parent'],
    ]);
    expect(faults.every((f) => f.file === 'x.csv' && f.text.zh !== '' && f.text.en !== '')).toBe(true);
    expect(codes.list().map((c) => c.code)).toEqual(['1', '5', '6', '7']);
    expect(codes.lineOf('6')).toHaveLength(1);
    expect(parseCodeSet('a,b\n', 'x.csv').faults[0]).toMatchObject({ line: 1, rule: 'code-header' });
  });
});

describe('the lists in config/codes', () => {
  const folder = new URL('../../../../config/codes/', import.meta.url);
  const read = (file: string): ReturnType<typeof parseCodeSet> => parseCodeSet(readFileSync(new URL(file, folder), 'utf8'), file);

  it.each(readdirSync(folder).filter((f) => f.endsWith('.csv')))('%s has no fault', (file) => {
    const { codes, faults } = read(file);
    expect(faults).toEqual([]);
    expect(codes.size).toBeGreaterThan(1);
  });

  it('hold what the standards hold', () => {
    expect(read('ethnicity.csv').codes.size).toBe(58);
    expect(read('sex.csv').codes.list().map((c) => c.code)).toEqual(['0', '1', '2', '9']);
    const divisions = read('division.csv').codes;
    expect(divisions.list().filter((c) => c.code.length === 6 && c.code.endsWith('0000'))).toHaveLength(34);
    expect(divisions.has('370399')).toBe(false);
  });
});
