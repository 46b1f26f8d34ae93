import { describe, expect, it } from '@jest/globals';
import { checkCharacter } from './citizen-id.js';
import { normaliseDocument } from './document.js';
import { normalisePhone } from './phone.js';

const checked = (first17: string): string => first17 + checkCharacter(first17);
const ID = checked('37039919900307123');

describe('documents', () => {
  it.each(['111', '112', '113'])('of kind %s carry the citizen id number', (kind) => {
    expect(normaliseDocument(kind, ` ${ID.toLowerCase()}`)).toEqual({ kind: '111', number: ID, citizen: true });
    expect(normaliseDocument(kind, '370399900307123')).toEqual({ kind: '111', number: ID, citizen: true });
  });

  it.each([
    ['a residence permit written as an id card', '111', checked('81000019900307123'), '521', checked('81000019900307123')],
    ['a residence permit', '521', checked('83000019900307123'), '521', checked('83000019900307123')],
    ['a new foreign resident card', '553', checked('93784019900307123'), '553', checked('93784019900307123')],
    ['an old foreign resident card', '553', 'usa370099030712', '553', 'USA370099030712'],
    ['a Hong Kong permit with its issue count', '516', 'H1234567801', '516', 'H12345678'],
    ['a Macau permit', '516', 'm12345678', '516', 'M12345678'],
    ['a Taiwan permit with its issue count', '511', '1234567802B', '511', '12345678'],
    ['a passport', '414', 'e 12345678', '414', 'E12345678'],
    ['a birth certificate', '227', 'P370123456', '227', 'P370123456'],
    ['another paper', '990', 'A-1/2.3', '990', 'A-1/2.3'],
  ])('%s is folded', (_, kind, number, asKind, asNumber) => {
    expect(normaliseDocument(kind, number)).toEqual({ kind: asKind, number: asNumber, citizen: false });
  });

  it.each([
    ['111', '3703991990', 'citizen-id-shape'], ['111', 'H12345678', 'citizen-id-shape'],
    ['113', `${ID.slice(0, 17)}${ID[17] === '0' ? '1' : '0'}`, 'citizen-id-check'], ['111', checked('37039919900230123'), 'citizen-id-date'],
    ['521', ID, 'document-shape'], ['516', 'K12345678', 'document-shape'], ['511', '1234567', 'document-shape'], ['553', ID, 'document-shape'],
    ['414', 'PASSPORT', 'document-shape'], ['227', '370123456', 'document-shape'], ['990', '军字第12345678号', 'document-shape'], ['990', 'A'.repeat(22), 'document-shape'],
  ])('of kind %s, %s is refused as %s', (kind, number, problem) => {
    expect(normaliseDocument(kind, number)).toEqual({ problem });
  });

  it('are none without a number, or when the row says so', () => {
    expect(normaliseDocument('111', ' ')).toBeNull();
    expect(normaliseDocument('999', '无')).toBeNull();
  });
});

describe('phones', () => {
  it.each([
    ['13012345678', '13012345678'], ['+86 130-1234-5678', '13012345678'], ['8613012345678', '13012345678'], ['１３０12345678', '13012345678'],
    ['0533-6412345', '05336412345'], ['(0533)6412345', '05336412345'], ['6412345', '6412345'],
  ])('%s is read', (s, digits) => { expect(normalisePhone(s)).toBe(digits); });

  it.each(['', '12012345678', '1301234567', '130123456789', '无', '000000', '13O12345678'])('%p is none', (s) => {
    expect(normalisePhone(s)).toBeNull();
  });
});
