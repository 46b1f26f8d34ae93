import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldName, isName, isSelfFolding, selfFoldingTable } from './fold.js';

describe('folded names', () => {
  it.each([
    ['张伟', '张伟'], ['張偉', '张伟'], ['张 伟', '张伟'], ['张　伟', '张伟'], ['张伟(男)', '张伟'], ['张伟（女）', '张伟'], ['张伟1', '张伟'],
    ['歐陽脩', '欧阳修'], ['衞青', '卫青'], ['蕭峯', '萧峰'], ['陳昇', '陈升'],
    ['阿依古丽·买买提', '阿依古丽买买提'], ['阿依古丽•买买提', '阿依古丽买买提'], ['阿依古丽．買買提', '阿依古丽买买提'], ['阿依古丽.买买提', '阿依古丽买买提'],
    ['John Smith', 'JOHNSMITH'], ['ｊｏｈｎ', 'JOHN'], ['José', 'JOSÉ'],
    ['乾坤', '乾坤'], ['𠮷野', '𠮷野'], ['凌\uF9E0', '凌易'],
  ])('%s → %s', (s, folded) => { expect(foldName(s)).toBe(folded); });

  it.each([['王\uE863明', '王䶮明'], ['王\uE816明', '王𠂇明'], ['王\uE81E明', '王龴明']])('old private use of GB 18030: %s → %s', (s, folded) => {
    expect(foldName(s)).toBe(folded);
  });

  it.each(['王?明', '王？明', '王□明', '王■明', '王*明', '王＊明', '王\uFFFD明', '王〓明'])('%s has an unknown character', (s) => {
    expect(foldName(s)).toBe('王□明');
  });

  it.each([
    ['高(王君)', '高□'], ['刘祥（吉吉）', '刘祥□'], ['庄(水水水)元', '庄□元'], ['赵(日华)明', '赵□明'], ['郭溶【王君】', '郭溶□'], ['張 偉(王君)', '张伟□'],
    ['张伟(户主)', '张伟'], ['欧阳小明(曾用名欧阳大明)', '欧阳小明'], ['张伟(A)', '张伟A'], ['(张伟)', '张伟'], ['阿依古丽买买提(艾力)', '阿依古丽买买提艾力'],
    ['张伟*', '张伟'], ['张小伟＊ ', '张小伟'], ['张*', '张□'], ['张**', '张□□'], ['张伟**', '张伟□□'], ['*伟', '□伟'], ['欧阳*明', '欧阳□明'],
  ])('%s with what is noted on it → %s', (s, folded) => { expect(foldName(s)).toBe(folded); });

  it('keeps private-use characters nobody can place', () => {
    expect(foldName('王\uF8FE明')).toBe('王\uF8FE明');
  });

  it('folding again changes nothing', () => {
    const unit = fc.oneof(fc.constantFrom(...'张張·.?*□ (男)【王吉】aé\u0301ßΐ'), fc.integer({ min: 0x3400, max: 0x9fff }).map((c) => String.fromCharCode(c)),
      fc.integer({ min: 0x20000, max: 0x323af }).map((c) => String.fromCodePoint(c)), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
    fc.assert(fc.property(fc.string({ unit, maxLength: 8 }), (s) => {
      const folded = foldName(s);
      expect(foldName(folded)).toBe(folded);
    }), { numRuns: 20000 });
  });

  it('every Han character of every plane folds to a form that stays', () => {
    for (let c = 0x3400; c <= 0x323af; c++) {
      if (c === 0xa000) c = 0x20000;
      const folded = foldName(String.fromCodePoint(c));
      if (foldName(folded) !== folded) throw new Error(`U+${c.toString(16)} folds to ${folded}, then to ${foldName(folded)}`);
    }
  });

  it('self-folding characters fold to themselves, alone and beside each other', () => {
    const table = selfFoldingTable();
    expect(table).toHaveLength(65536);
    const selves: string[] = [];
    for (let c = 0; c < 65536; c++) {
      expect(isSelfFolding(c)).toBe(table[c] === 1);
      if (table[c] === 1) selves.push(String.fromCharCode(c));
    }
    expect(selves.length).toBeGreaterThan(20000);
    for (const c of selves) if (foldName(c) !== c) throw new Error(`${c} folds to ${foldName(c)}`);
    // Through the slow way too, which an old compatibility character forces.
    fc.assert(fc.property(fc.array(fc.constantFrom(...selves), { maxLength: 6 }), (cs) => {
      expect(foldName(`${cs.join('')}\uF9E0`)).toBe(`${cs.join('')}易`);
    }), { numRuns: 2000 });
    for (const c of '张伟AZ') expect(table[c.charCodeAt(0)]).toBe(1);
    for (const c of '張a·(1 ') expect(table[c.charCodeAt(0)]).toBe(0);
    expect(isSelfFolding(0x20000)).toBe(false);
  });

  it.each([['张三', true], ['A B', true], ['张?', true], ['', false], ['???', false], ['123', false], ['()', false], ['·', false]])('%p is a name: %p', (s, is) => {
    expect(isName(s)).toBe(is);
  });
});
