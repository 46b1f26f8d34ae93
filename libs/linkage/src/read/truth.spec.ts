import { afterAll, describe, expect, it } from '@jest/globals';
import { faultOf, TableFolder } from './table.fixture.js';
import { readTruth } from './truth.js';

const folder = new TableFolder();
afterAll(() => folder.remove());

const PAIRS = { left: 'feed_id', right: 'person_id' };
const CLUSTERS = { id: 'id', cluster: 'cluster' };

describe('truth as pairs', () => {
  it('says yes, no and nothing', async () => {
    const truth = await readTruth(folder.file('feed_id,person_id,kinds\nF1,P1,x\nF2,,\nF3,P3,\nF3,P4,\nF3,P4,\nF3,P3,\n'), PAIRS);
    expect(truth.pairs()).toBe(3);
    expect([truth.same('F1', 'P1'), truth.same('F1', 'P3'), truth.same('F3', 'P3'), truth.same('F3', 'P4')]).toEqual([true, false, true, true]);
    expect([truth.same('F2', 'P1'), truth.same('F9', 'P1'), truth.same('P1', 'F1')]).toEqual([false, undefined, undefined]);
  });

  it('holds in both orders within one file, counted once', async () => {
    const truth = await readTruth(folder.file('feed_id,person_id\n1,2\n2,1\n1,3\n4,\n'), PAIRS, true);
    expect(truth.pairs()).toBe(2);
    expect([truth.same('2', '1'), truth.same('3', '1'), truth.same('3', '2'), truth.same('4', '1'), truth.same('9', '1')]).toEqual([true, true, false, false, undefined]);
  });

  it('must not contradict itself', async () => {
    for (const rows of ['F1,P1\nF1,\n', 'F1,\nF1,P1\n']) {
      expect(await faultOf(readTruth(folder.file(`feed_id,person_id\n${rows}`), PAIRS))).toMatchObject({ code: 'HUSHU-LINKAGE-30', details: { row: 3 } });
    }
    expect(await faultOf(readTruth(folder.file('feed_id,person_id\n,P1\n'), PAIRS))).toMatchObject({ code: 'HUSHU-LINKAGE-30', details: { row: 2 } });
    expect(await faultOf(readTruth(folder.file('a,b\n1,2\n'), PAIRS))).toMatchObject({ code: 'HUSHU-LINKAGE-28' });
  });
});

describe('truth as clusters', () => {
  const file = folder.file('id,cluster\nA1,x\nA2,x\nB1,x\nB2,y\nA3,y\nB3,\nB4,\nB4,\n', 'clusters.csv');

  it('counts the pairs of one file or between two', async () => {
    const truth = await readTruth(file, CLUSTERS);
    expect(truth.pairs()).toBe(4);
    expect(truth.pairs((id) => id.startsWith('A'))).toBe(3);
    expect([truth.same('A1', 'B1'), truth.same('A1', 'A3'), truth.same('B3', 'B4'), truth.same('A1', 'Z')]).toEqual([true, false, false, undefined]);
  });

  it('must not put a record into two', async () => {
    expect(await faultOf(readTruth(folder.file('id,cluster\nA,x\nA,y\n'), CLUSTERS))).toMatchObject({ code: 'HUSHU-LINKAGE-30', details: { row: 3 } });
  });
});
