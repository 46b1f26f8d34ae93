import { describe, expect, it } from '@jest/globals';
import { reading } from './read.fixture.js';
import { soundOf } from './sound.js';

describe('text', () => {
  const read = reading('text');
  it.each([
    ['  Crème   BRÛLÉE ', 'creme brulee'], ['ＡＢＣ　１２', 'abc 12'], ["O'Brien-Smith", 'obrien smith'], ['O’Brien', 'obrien'], ['12-3/4', '12 3 4'], ['J.R.', 'j r'],
    ['Straße', 'strasse'], ['Łódź', 'lodz'], ['Ærøskøbing', 'aeroskobing'], ['İstanbul', 'istanbul'], ['ﬁ', 'fi'], ['Ōta 太田', 'ota 太田'], ['गीता', 'गीता'],
  ])('%p: %p', (s, folded) => { expect(read(s)).toEqual({ '': folded }); });

  it.each(['', ' ', '...', "'", '—'])('%p is nothing', (s) => { expect(read(s)).toEqual({}); });

  it('joins its source columns', () => {
    expect(read('12', undefined, '', 'High St.')).toEqual({ '': '12 high st' });
  });
});

describe('words', () => {
  const read = reading('word');
  it('have letters, a sound and a first letter', () => {
    expect(read("O'Brien 2nd")).toEqual({ '': 'obriennd', _sound: 'APRNT', _first: 'o' });
    expect(read('van der Berg')).toEqual(read('VanDerBerg'));
    expect(read('René')).toEqual(read('rene'));
    expect(read('Ольга')).toEqual({ '': 'ольга', _first: 'о' });
    expect(read('𠮷野')).toEqual({ '': '𠮷野', _first: '𠮷' });
    expect(read('123')).toEqual({});
  });

  it.each([
    ['smith', 'smyth'], ['catherine', 'kathryn'], ['philip', 'filip'], ['knight', 'nite'], ['wright', 'right'], ['mcdonald', 'macdonald'],
    ['mackenzie', 'mckenzie'], ['schuster', 'shuster'], ['schofield', 'skofield'], ['stephen', 'steven'], ['george', 'jorj'], ['xavier', 'savier'],
    ['alan', 'ellen'], ['lowe', 'low'], ['hough', 'huff'], ['needham', 'nedham'], ['whyte', 'white'], ['jackson', 'jaxon'], ['kovacs', 'kovaks'], ['szabo', 'shabo'], ['ng', 'nk'],
  ])('%s sounds like %s', (a, b) => { expect(soundOf(a)).toBe(soundOf(b)); });

  it.each([
    ['smith', 'SM0'], ['campbell', 'KMPL'], ['shaw', 'X'], ['church', 'XRX'], ['cochrane', 'KKRN'], ['webb', 'WP'], ['callahan', 'KLHN'], ['', ''], ['a', 'A'],
  ])('%s is %s', (name, key) => { expect(soundOf(name)).toBe(key); });

  it.each([['smith', 'jones'], ['lee', 'ray'], ['webb', 'ebb'], ['callan', 'callahan']])('%s does not sound like %s', (a, b) => {
    expect(soundOf(a)).not.toBe(soundOf(b));
  });
});

describe('digits and codes', () => {
  it.each([['007-1', '0071'], ['１２ 3', '123'], ['n. 5', '5']])('digits of %p: %p', (s, folded) => { expect(reading('digits')(s)).toEqual({ '': folded }); });
  it.each([['ab 12', 'AB12'], ['ａｂ－１', 'AB-1'], ["'007", '007']])('code %p: %p', (s, folded) => { expect(reading('code')(s)).toEqual({ '': folded }); });
  it.each(['digits', 'code'])('%s of nothing is nothing', (kind) => { expect(reading(kind)(kind === 'digits' ? 'x' : ' ')).toEqual({}); });
});

describe('sex', () => {
  it.each([['1', '1'], ['男', '1'], ['m', '1'], [' Male', '1'], ['１', '1'], ['2', '2'], ['女性', '2'], ['F', '2']])('%p: %p', (s, is) => { expect(reading('sex')(s)).toEqual({ '': is }); });
  it.each(['', '0', '9', '未知', 'x'])('%p is neither', (s) => { expect(reading('sex')(s)).toEqual({}); });
});

describe('dates', () => {
  const read = reading('date');
  it.each(['1990-03-07', '19900307', ' 1990/3/7', '1990.03.07', '1990年3月7日', '１９９０年３月７日', '1990年03月07', '一九九〇年三月七日', '1990-03-07 12:30:00', '1990-3-7T00:00:00Z', '19900307000000', '1990年3月7日生'])('%p', (s) => {
    expect(read(s)).toEqual({ '': '1990-03-07', _date: '1990-03-07', _year: '1990', _day: '03-07', _swapped: '1990-07-03' });
  });

  it.each<[string, Record<string, string>]>([
    ['1771-12-25', { '': '1771-12-25', _date: '1771-12-25', _year: '1771', _day: '12-25' }],
    ['1990-13-05', { _year: '1990', _swapped: '1990-05-13' }],
    ['1990-02-30', { _year: '1990' }],
    ['1990-00-00', { _year: '1990' }],
    ['19900000', { _year: '1990' }],
    ['1990', { _year: '1990' }], ['1990年', { _year: '1990' }], ['1990-03', { _year: '1990' }], ['1990年三月', { _year: '1990' }],
    ['一九八二年十二月二十三日', { '': '1982-12-23', _date: '1982-12-23', _year: '1982', _day: '12-23' }],
    ['2000年三十月十日', { _year: '2000', _swapped: '2000-10-30' }],
    ['2000-02-29', { '': '2000-02-29', _date: '2000-02-29', _year: '2000', _day: '02-29' }],
    ['1900-02-29', { _year: '1900' }],
  ])('%p', (s, columns) => { expect(read(s)).toEqual(columns); });

  it.each(['', ' ', '0000-00-00', '9999-12-31', '0001-01-01', '不详', '90-03-07', '1990030', '十', 'n/a', '农历三月'])('%p is nothing', (s) => { expect(read(s)).toEqual({}); });
});
