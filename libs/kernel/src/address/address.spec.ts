import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCodeSet } from '../code/code-set.js';
import { addressPlaces, normaliseAddress, placesNamed } from './address.js';

/** A district nobody lives in. */
const DIVISIONS = parseCodeSet([
  'code,zh,en,parent', '990000,云中省,Y,', '990100,海上市,H,990000', '990101,星河区,X,990100',
  '990101001,长桥路街道,C,990101', '990101002,大街街道,D,990101', '990101100,石村镇,S,990101',
  '990101001001,灯塔社区居委会,T,990101001', '990101001002,和平社区居民委员会,P,990101001',
  '990101100200,石村村委会,S,990101100', '990101100201,前进村村民委员会,Q,990101100', '990101100202,白马村委会,B,990101100',
  '990101002200,白马村委会,B,990101002',
].join('\n'), 'division.csv').codes;
const PLACES = addressPlaces(DIVISIONS, '990101');
const read = (s: string): { key: string; division?: string } => normaliseAddress(s, PLACES);

describe('addresses', () => {
  it.each([
    '云中省海上市星河区长桥路街道灯塔社区居委会建设路12号3号楼1单元502室', '星河区长桥路街道建设路12号3号楼1单元502室', '海上市星河区建设路12-3-1-502',
    '建设路１２号 3号楼 1单元 502室', '建设路十二号三号楼一单元五〇二室', '云中海上星河建设路12号院3栋1单元502户', '建设路12号3#1单元502室', '建设路012号3幢1单元502',
    '长桥路街道办事处某某社区建设路12号3号楼1单元502室', '建设路12号3号楼1单元502室(出租)',
  ])('%s is one place', (s) => { expect(read(s).key).toBe('建设路|12-3-1-502'); });

  it.each([
    ['长桥路街道建设路1号', '990101001'], ['长桥路12号', undefined], ['大街街道办事处站前路1号', '990101002'], ['大街12号', undefined],
    ['石村镇石村村12号', '990101100200'], ['石村镇石村12号', '990101100200'], ['石村12号', '990101100200'], ['石村石村村委会12号', '990101100200'],
    ['前进村12号', '990101100201'], ['前进12号', '990101100201'], ['前进路12号', undefined],
    ['白马村12号', undefined], ['石村镇白马村12号', '990101100202'], ['大街街道白马村12号', '990101002200'],
    ['灯塔社区建设路1号', '990101001001'], ['和平路1号', undefined], ['外地某县某村1号', undefined],
  ])('%s lies in %s', (s, division) => { expect(read(s).division).toBe(division); });

  it('a village is written in one way', () => {
    for (const s of ['石村镇前进村村民委员会12号', '石村镇前进村委会12号', '石村镇前进村12号', '前进12号', '石村镇前进村十二号']) expect(read(s).key).toBe('前进村|12');
  });

  it('places may come as plain names', () => {
    const places = placesNamed(['云中省', '海上市', '星河区'], { 长桥路街道: '1', 石村镇: '2' });
    expect(normaliseAddress('海上星河区长桥路街道办事处建设路12号3号楼502', places)).toEqual({ key: '建设路|12-3-502', division: '1' });
    expect(normaliseAddress('云中省石村镇石村12号', places)).toEqual({ key: '石村|12', division: '2' });
    expect(normaliseAddress('长桥路12号', places)).toEqual({ key: '长桥路|12' });
  });

  it('roads that begin like a place stay whole', () => {
    expect(read('海上路12号').key).toBe('海上路|12');
    expect(read('星河区海上路12号').key).toBe('海上路|12');
  });

  it.each(['', '云中省海上市', '石村镇', '不详', '12号', '石村镇前进村'])('%p names no place', (s) => { expect(read(s).key).toBe(''); });

  it('different doors have different keys', () => {
    const n = fc.integer({ min: 1, max: 99 });
    fc.assert(fc.property(fc.tuple(n, n, n), fc.tuple(n, n, n), (a, b) => {
      const key = ([x, y, z]: number[]): string => read(`建设路${x}号${y}号楼${z}室`).key;
      expect(key(a) === key(b)).toBe(a.join() === b.join());
    }));
  });

  it('reads anything without falling over', () => {
    fc.assert(fc.property(fc.string({ unit: fc.oneof(fc.constantFrom(...'石村镇长桥路街道社区委会一十〇12号楼单元-'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) }), (s) => {
      expect(typeof read(s).key).toBe('string');
    }), { numRuns: 3000 });
  });
});
