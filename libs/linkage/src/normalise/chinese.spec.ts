import { describe, expect, it } from '@jest/globals';
import { checkCharacter } from '#kernel';
import type { NormaliserOptions } from './normaliser.js';
import { reading } from './read.fixture.js';

describe('Chinese names', () => {
  const read = reading('han-name');
  it.each<[string, Record<string, string>]>([
    ['張 偉（男）', { '': '张伟', _surname: '张', _given: '伟', _sound: 'zhang wei', _letters: '2' }],
    ['欧阳小明1', { '': '欧阳小明', _surname: '欧阳', _given: '小明', _sound: 'ou yang xiao ming', _letters: '4' }],
    ['單雄信', { '': '单雄信', _surname: '单', _given: '雄信', _sound: 'shan xiong xin', _letters: '3' }],
    ['王?明', { '': '王?明', _surname: '王', _given: '?明', _letters: '3' }],
    ['王□', { '': '王?', _surname: '王', _letters: '2' }],
    ['*明', { '': '?明', _given: '明', _letters: '2' }],
    ['高(王君)', { '': '高?', _surname: '高', _letters: '2' }],
    ['张小伟*', { '': '张小伟', _surname: '张', _given: '小伟', _sound: 'zhang xiao wei', _letters: '3' }],
    ['阿依古丽•買買提', { '': '阿依古丽买买提', _surname: '阿依古丽买买提', _sound: 'a yi gu li mai mai ti', _letters: '7' }],
    ['王𬸣祥', { '': '王𬸣祥', _surname: '王', _given: '𬸣祥', _sound: expect.stringMatching(/^wang \S+ xiang$/) as unknown as string, _letters: '3' }],
    ['José  Núñez', { '': 'JOSENUNEZ', _surname: 'JOSENUNEZ', _sound: 'josenunez', _letters: '9' }],
    ['Ｊｏｈｎ', { '': 'JOHN', _surname: 'JOHN', _sound: 'john', _letters: '4' }],
  ])('%p', (s, columns) => { expect(read(s)).toEqual(columns); });

  it.each(['', ' ', '?', '***', '□□', '12'])('%p is no name', (s) => { expect(read(s)).toEqual({}); });
});

describe('citizen ids', () => {
  const read = reading('citizen-id', { kinds: ['414', '553'] });
  /** 370399 was never given out. */
  const sound = (first17: string): string => first17 + checkCharacter(first17);
  const ID = sound('37039919900307124');
  const said = { '': ID, _valid: '1', _mask: `370399124${ID[17]}`, _prefix: '37039919900307', _birth: '1990-03-07', _sex: '2' };

  it.each([[ID], [` ${ID.slice(0, 6)} ${ID.slice(6)}`], [`'${ID.toLowerCase()}`], ['370399900307124'], [Array.from(ID, (c) => (c >= '0' && c <= '9' ? String.fromCharCode(c.charCodeAt(0) + 0xfee0) : c)).join('')]])('%p', (s) => {
    expect(read(s, '111')).toEqual(said);
    expect(read(s)).toEqual(said);
  });

  it('tells a wrong check character, and a date no calendar has', () => {
    expect(read(sound('37039919900307125').replace(/.$/, (c) => (c === 'X' ? '0' : 'X')))).toMatchObject({ _valid: '0', _birth: '1990-03-07', _sex: '1' });
    const { _birth, ...rest } = read(sound('37039919900230124'));
    expect([_birth, rest]).toEqual([undefined, expect.objectContaining({ _valid: '0', _prefix: '37039919900230' })]);
  });

  it.each<[string, Record<string, string>]>([
    [`370399********124${ID[17]}`, { _mask: said._mask, _sex: '2' }],
    ['370399＊＊＊＊＊＊＊＊182x', { _mask: '370399182X', _sex: '2' }],
    ['370399xxxxxxxx1234', { _mask: '3703991234', _sex: '1' }],
    ['37039919900307****', { _prefix: '37039919900307', _birth: '1990-03-07' }],
    ['37039919900307***X', { _prefix: '37039919900307', _birth: '1990-03-07' }],
    ['370399************', {}],
    ['3703**********1234', {}],
    ['370399********12*4', {}],
  ])('covered: %p', (s, columns) => { expect(read(s)).toEqual(columns); });

  it.each([['', '111'], ['999999999999999999', ''], ['000000000000000000', ''], ['111111111111111111', ''], [sound('37039919900307000'), '111'], ['无', ''], [ID, '414'], [ID, ' 553 '],
    ['W373500000', ''], [sound('93701019900307124'), ''], ['911124198108030024', ''], ['****************', '']])('%p of kind %p is nobody here', (s, kind) => { expect(read(s, kind)).toEqual({}); });
});

describe('phones', () => {
  const read = reading('phone');
  it.each(['13900001234', '+8613900001234', '0086 139-0000-1234', '１３９００００１２３４', '86 13900001234', '13900001234(父)', '母:139 0000 1234', '13900001234/13800005678', '13900001234、05331234567'])('%p', (s) => {
    expect(read(s)).toEqual({ '': '13900001234', _front: '139000', _back: '01234' });
  });
  it.each(['', '无', '1390000123', '139000012345', '0533-2123456', '13900000000', '13800138000', '12900001234'])('%p is no mobile', (s) => { expect(read(s)).toEqual({}); });
});

describe('Chinese addresses', () => {
  const read = reading('address-cn', { drop: ['云中省', '海上市', '星河区'], towns: { 长桥路街道: '990101001', 石村镇: '990101100' } });
  it.each([
    ['云中省海上市星河区长桥路街道建设路12号阳光花园3号楼1单元502室', '990101001'], ['海上星河长桥路街道办事处建设路１２号阳光花园3＃楼1单元502室', '990101001'], ['建设路12号阳光花园3-1-502', undefined],
  ])('%s', (s, town) => {
    expect(read(s)).toEqual({ '': '建设路阳光花园|12-3-1-502', _place: '建设路阳光花园|12', ...(town === undefined ? {} : { _town: town }) });
  });

  it('cuts long words for the place, and keeps them for the door', () => {
    expect(read('一个名字很长很长的住宅小区大道12号3室')).toEqual({ '': '一个名字很长很长的住宅小区大道|12-3', _place: '一个名字很长很长的住宅小|12' });
  });

  it('codes may be numbers in a model file', () => {
    const numbers = { drop: [], towns: { 石村镇: 990101100 }, kinds: [414] } as unknown as NormaliserOptions;
    expect(reading('address-cn', numbers)('石村镇石村12号')).toMatchObject({ _town: '990101100' });
    expect(reading('citizen-id', numbers)('370399900307124', '414')).toEqual({});
  });

  it('takes the township from its own column first', () => {
    expect(read('石村镇石村12号', '990101001')).toEqual({ '': '石村|12', _place: '石村|12', _town: '990101001' });
    expect(read('石村镇石村12号', '')).toMatchObject({ _town: '990101100' });
    expect(read('', '990101100201')).toEqual({ _town: '990101100' });
    expect(read('石村镇')).toEqual({ _town: '990101100' });
    expect(read('不详')).toEqual({});
    expect(read('')).toEqual({});
  });
});
