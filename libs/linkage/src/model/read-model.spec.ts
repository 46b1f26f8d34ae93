import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HubError } from '#kernel';
import { modelOf, readModel } from './read-model.js';

const SHIPPED = join(import.meta.dirname, '../../../../config/linkage');
const GOOD = readFileSync(join(SHIPPED, 'febrl4.yaml'), 'utf8');

function faultsOf(source: string): string[] {
  try {
    modelOf('try.yaml', source);
    return [];
  } catch (error) {
    const { code, details } = error as HubError;
    expect(code).toBe('HUSHU-LINKAGE-02');
    return (details as { faults: { line: number; rule: string }[] }).faults.map(({ line, rule }) => `${line} ${rule}`);
  }
}
const lineOf = (text: string, source = GOOD): number => source.slice(0, source.indexOf(text)).split('\n').length;

describe('a model file', () => {
  it.each(readdirSync(SHIPPED))('%s, as shipped, is whole', async (file) => {
    const model = await readModel(join(SHIPPED, file));
    expect(model.name).toBe(file.replace('.yaml', ''));
    expect(model.blocks.length).toBeGreaterThan(5);
  });

  it.each([
    ['a kind nobody knows', 'given: { as: word', 'given: { as: wort', 'value-unknown'],
    ['a column nobody has', 'equal: [given, surname]', 'equal: [given, surnam]', 'value-unknown'],
    ['a frequency of no column', 'frequency: suburb', 'frequency: suburp', 'value-unknown'],
    ['an option that is misspelt', 'as: digits, from: [street_number]', 'as: digits, from: [street_number], options: { drop: [a] }', 'key-unknown'],
    ['a key that is misspelt', 'matches: at-most-one', 'matches: at-most-one\nmaches: any', 'key-unknown'],
    ['a share that is none', 'accept: 90%', 'accept: 0.9', 'share-range'],
  ])('is refused for %s, with the line', (_, good, bad, rule) => {
    const source = GOOD.replace(good, bad);
    expect(faultsOf(source)).toContain(`${lineOf(bad.includes('\n') ? bad.split('\n')[1]! : bad, source)} ${rule}`);
  });

  it('is told all its faults at once', () => {
    expect(faultsOf(GOOD.replace('as: word', 'as: wort').replace('equal: [social]', 'equal: [sozial]').replace('review: 20%', 'review: 95%')).length).toBeGreaterThanOrEqual(2);
    expect(faultsOf(GOOD.replace('review: 20%', 'review: 95%'))).toEqual([`${lineOf('decide:')} share-range`]);
  });

  it('puts the level without a condition last, and only there', () => {
    const source = GOOD.replace("{ level: swapped, when: l.given = r.surname and l.surname = r.given, same: 5% }", '{ level: swapped }');
    expect(faultsOf(source)).toContain(`${lineOf('{ level: swapped }', source)} level-order`);
  });

  it('that is not there is said to be missing, with where models are', async () => {
    await expect(readModel('/nowhere/none.yaml')).rejects.toMatchObject({ code: 'HUSHU-LINKAGE-01', hint: { en: expect.stringContaining('config/linkage') } });
  });
});
