import { describe, expect, it } from '@jest/globals';
import { LineBench, type SourceRecord } from '../../../../test/support/line.js';
import { born, deceased, insured, married, onRecord, pensioned, permitted, pupil, registered, residing } from '../../../../test/support/records.js';
import { randomOf } from '../../../../test/support/random.js';
import { stateDigest } from './state-hash.js';

interface Delivery { feed: string; day: string; mode: 'full' | 'delta'; records: SourceRecord[]; gone: string[] }

const NAMES = ['王小明', '王晓明', '李红', '赵四', '钱七七', '孙八', '周久', '欧阳春', '王小民'];
const PEOPLE = 24;

/** A small world: people with numbers, some shared, some changed, some unknown to the spine; rows with wrong names and without numbers. */
function worldOf(seed: number): Delivery[][] {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const chance = (share: number): boolean => random() < share;
  const people = Array.from({ length: PEOPLE }, (_, i) => ({ number: `N${chance(0.08) ? i - 1 : i}`, name: pick(NAMES), born: `19${50 + (i % 40)}-03-0${1 + (i % 9)}` }));
  const numberOf = (i: number): string | null => (chance(0.06) ? null : chance(0.06) ? `N${Math.floor(random() * PEOPLE)}` : people[i]!.number);
  const nameOf = (i: number): string => (chance(0.12) ? pick(NAMES) : people[i]!.name);
  const common = (i: number): Record<string, string> => ({ 出生日期: chance(0.1) ? '1999-09-09' : people[i]!.born, 性别: pick(['1', '1', '2']) });
  const couple = (i: number): [string | null, string] => [numberOf(i), nameOf(i)];
  const day = (n: number): string => `2025-${String(1 + Math.floor(n / 28)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`;

  const makers: [feed: string, mode: 'full' | 'delta', make: (i: number, n: number) => SourceRecord][] = [
    ['household-registration', 'delta', (i, n) => registered(`R${i}`, chance(n > 0 ? 0.1 : 0) ? `X${i}` : people[i]!.number, people[i]!.name, {
      ...common(i), 户号: `H${i % 7}`, 人员状态: pick(['1', '1', '1', '2', '3']), 状态日期: day(n * 20), 父亲身份号码: chance(0.3) ? `N${i + 1}` : null,
      户籍地址: pick(['甲路1号', '乙路2号']), 曾用名: chance(0.1) ? pick(NAMES) : null,
    })],
    ['medical-insurance', 'full', (i) => insured(`M${i}`, numberOf(i), nameOf(i), { ...common(i), 参保状态: pick(['1', '2']), 首次参保日期: pick(['2015-01-01', '2025-01-20', null]) })],
    ['pension', 'full', (i) => pensioned(`P${i % 20}`, numberOf(i), nameOf(i), common(i))],
    ['health-record', 'delta', (i) => onRecord(`J${i}`, numberOf(i), nameOf(i), { ...common(i), 档案状态: pick(['1', '2']) })],
    ['residence-permit', 'full', (i) => permitted(`Z${i}`, numberOf(i) ?? `N${i}`, nameOf(i), { ...common(i), 证件状态: pick(['1', '1', '3']), 居住地址: pick(['丙路3号', '丁路4号']) })],
    ['residence-registration', 'delta', (i) => residing(`L${i}`, numberOf(i), nameOf(i), { ...common(i), 居住地址: pick(['丙路3号', '戊路5号']), 来本地日期: pick(['2021-03-01', '2025-01-25']) })],
    ['marriage', 'delta', (i) => married(`C${i}`, couple(i), couple((i + 1) % PEOPLE), { 登记日期: pick(['2012-06-01', '2025-01-11']) })],
    ['compulsory-education', 'full', (i) => pupil(`G${i}`, numberOf(i), nameOf(i), couple((i + 3) % PEOPLE), { 年级: pick(['4', '5']) })],
    ['birth-certificate', 'delta', (i) => born(`B${i}`, nameOf(i), couple((i + 5) % PEOPLE), couple((i + 6) % PEOPLE), { 证书状态: pick(['1', '2']) })],
    ['death-certificate', 'delta', (i) => deceased(`T${i}`, numberOf(i), nameOf(i), common(i))],
  ];
  return makers.map(([feed, mode, make]) => Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => {
    const chosen = people.map((_person, i) => i).filter(() => chance(mode === 'full' ? 0.6 : n === 0 ? 0.6 : 0.25));
    const records = new Map(chosen.map((i) => make(i, n)).map((record) => [record.key, record]));
    const prefix = [...records.keys()][0]?.[0] ?? '-';
    const gone = people.map((_person, i) => `${prefix}${i}`).filter((key) => n > 0 && !records.has(key) && chance(0.08));
    return { feed, day: day(10 + n * 17 + Math.floor(random() * 9)), mode, records: [...records.values()], gone: mode === 'delta' ? gone : [] };
  }));
}

/** The feeds' deliveries in some order that keeps each feed's own. */
function shuffled(lanes: Delivery[][], random: () => number): Delivery[] {
  const left = lanes.map((lane) => [...lane]);
  const order: Delivery[] = [];
  while (left.some((lane) => lane.length > 0)) {
    const lane = left[Math.floor(random() * left.length)]!;
    const next = lane.shift();
    if (next) order.push(next);
  }
  return order;
}

/** The feeds that deliver to these worlds. */
const FEEDS = [...new Set(worldOf(1).flat().map(({ feed }) => feed))];

async function stateAfter(order: Delivery[]): Promise<Record<string, string>> {
  const bench = await LineBench.open('config', FEEDS);
  try {
    for (const { feed, day, mode, records, gone } of order) {
      await (mode === 'full' ? bench.full(feed, day, records) : bench.delta(feed, day, records, gone));
    }
    return await stateDigest(bench.admin);
  } finally {
    await bench.close();
  }
}

describe('the order deliveries of several feeds arrive in', () => {
  const seeds = process.env.HUSHU_TEST_SEEDS?.split(',').map(Number) ?? [1];
  it.each(seeds)('does not change the state they end in (world %i)', async (seed) => {
    const world = worldOf(seed);
    const random = randomOf(seed * 977);
    const spineFirst = await stateAfter(world.flat());
    const spineLast = await stateAfter([...world.slice(1).flat(), ...world[0]!]);
    expect(spineLast).toEqual(spineFirst);
    expect(await stateAfter(shuffled(world, random))).toEqual(spineFirst);
  });
});
