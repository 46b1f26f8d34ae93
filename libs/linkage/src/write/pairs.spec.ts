import { afterAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf, readTable, TableFolder } from '../read/table.fixture.js';
import { type Pair, writePairs } from './pairs.js';

const folder = new TableFolder();
afterAll(() => folder.remove());

async function* some(...pairs: Pair[]): AsyncGenerator<Pair> {
  yield* pairs;
}

const pair = (part: Partial<Pair> = {}): Pair => ({ left: 'a', right: 'b', weight: 1, probability: 0.5, decision: 'auto', ...part });

describe('pairs', () => {
  it('are written with a sensible number of digits and read back as they were', async () => {
    const file = join(folder.place, 'pairs.csv');
    const odd = ['a,b', 'say "x"', ' spaced ', '王小明', 'two\nlines'];
    const written = await writePairs(file, some(
      pair({ weight: 12.345678, probability: 0.98765432 }), pair({ weight: -0.00001, probability: 0.99999999 }),
      pair({ weight: 30, probability: 1, decision: 'review' }), ...odd.map((left) => pair({ left })),
    ));
    expect(written).toBe(8);
    expect(readFileSync(file, 'utf8').split('\n').slice(0, 4)).toEqual([
      'left_id,right_id,weight,probability,decision', 'a,b,12.3457,0.987654,auto', 'a,b,0,0.999999,auto', 'a,b,30,1,review',
    ]);
    expect((await readTable(file, ['left_id'])).rows.flat().slice(3)).toEqual(odd);
    rmSync(file);
  });

  it('leave what stood there until they are whole, and nothing beside it', async () => {
    const file = folder.file('before', 'kept.csv');
    async function* broken(): AsyncGenerator<Pair> {
      for (let i = 0; i < 30_000; i++) yield pair();
      expect(readFileSync(file, 'utf8')).toBe('before');
      throw new Error('the engine stopped');
    }
    await expect(writePairs(file, broken())).rejects.toThrow('the engine stopped');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder.place)).toEqual(['kept.csv']);
    await writePairs(file, some());
    expect(readFileSync(file, 'utf8')).toBe('left_id,right_id,weight,probability,decision\n');
  });

  it('cannot go to a folder that is not there', async () => {
    expect(await faultOf(writePairs(join(folder.place, 'none', 'x.csv'), some()))).toMatchObject({ code: 'HUSHU-LINKAGE-31' });
  });
});
