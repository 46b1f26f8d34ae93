import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameAgreement, type NameAgreement, type NameFacts } from './agreement.js';
import { pinyinKey, surname } from './reading.js';

describe('surnames', () => {
  it.each([['张三', '张'], ['張三', '张'], ['欧阳修', '欧阳'], ['欧阳', '欧'], ['司马相如', '司马'], ['阿依古丽·买买提', '阿依古丽买买提'], ['John Smith', 'JOHNSMITH'], ['', '']])(
    'of %p is %p', (name, is) => { expect(surname(name)).toBe(is); },
  );
});

describe('how a name sounds', () => {
  it.each([
    ['张伟', 'zhang wei'], ['章伟', 'zhang wei'], ['單雄信', 'shan xiong xin'], ['曾国藩', 'zeng guo fan'], ['仇英', 'qiu ying'], ['解缙', 'xie jin'],
    ['区大明', 'ou da ming'], ['查良镛', 'zha liang yong'], ['朴正', 'piao zheng'], ['任我行', 'ren wo xing'], ['秘明', 'bi ming'], ['种师道', 'chong shi dao'],
    ['尉迟恭', 'yu chi gong'], ['万俟卨', 'mo qi xie'], ['长孙无忌', 'zhang sun wu ji'], ['吕布', 'lv bu'], ['王□明', 'wang □ ming'], ['乾坤', 'qian kun'],
    ['阿依古丽·买买提', 'a yi gu li mai mai ti'], ['John Smith', 'johnsmith'], ['', ''],
  ])('%p: %p', (name, key) => { expect(pinyinKey(name)).toBe(key); });
});

describe('two names of one person', () => {
  const born = { birthDate: '1990-03-07' };
  it.each<[string, NameFacts, NameFacts, NameAgreement]>([
    ['equal', { name: '张伟' }, { name: '張 偉' }, 'equal'],
    ['dot variants', { name: '阿依古丽·买买提' }, { name: '阿依古丽．买买提' }, 'equal'],
    ['former name', { name: '张国强' }, { name: '张伟', formerName: '张国强' }, 'former'],
    ['former name, the other way', { name: '张伟', formerName: '张国强' }, { name: '张国强' }, 'former'],
    ['same sound', { name: '王小明' }, { name: '王晓明' }, 'same-sound'],
    ['one of three characters', { name: '王大明', ...born }, { name: '王小明', ...born }, 'one-character'],
    ['one of three characters, another surname', { name: '李小明', ...born }, { name: '王小明', ...born }, 'one-character'],
    ['one of three, births unknown', { name: '王大明' }, { name: '王小明' }, 'disagree'],
    ['one of three, births differ', { name: '王大明', ...born }, { name: '王小明', birthDate: '1990-03-08' }, 'disagree'],
    ['one of two', { name: '王明', ...born }, { name: '王强', ...born }, 'disagree'],
    ['two of three', { name: '王大明', ...born }, { name: '王小强', ...born }, 'disagree'],
    ['a character missing of three', { name: '王大明', ...born }, { name: '王明', ...born }, 'disagree'],
    ['a character missing of many', { name: '阿依古丽买买提', ...born }, { name: '阿依古丽买提', ...born }, 'one-character'],
    ['unknown character', { name: '王?明' }, { name: '王喆明' }, 'unknown-character'],
    ['unknown character, others differ', { name: '王?明' }, { name: '李喆明' }, 'disagree'],
    ['nothing known', { name: '???' }, { name: '王喆明' }, 'disagree'],
    ['the same gap on both sides', { name: '王?明' }, { name: '王?明' }, 'unknown-character'],
    ['no name', { name: '' }, { name: '' }, 'disagree'],
  ])('%s', (_, a, b, agreement) => {
    expect(nameAgreement(a, b)).toBe(agreement);
    expect(nameAgreement(b, a)).toBe(agreement);
  });

  it('agree alike from either side, and each with itself', () => {
    const name = fc.string({ unit: fc.constantFrom(...'王李小晓大明□?·'), minLength: 1, maxLength: 5 });
    const facts = fc.record({ name, formerName: fc.option(name), birthDate: fc.constantFrom('1990-03-07', '1990-03-08', null) });
    fc.assert(fc.property(facts, facts, (a, b) => { expect(nameAgreement(a, b)).toBe(nameAgreement(b, a)); }), { numRuns: 3000 });
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'王李小明'), minLength: 1 }), (s) => { expect(nameAgreement({ name: s }, { name: s })).toBe('equal'); }));
  });
});
