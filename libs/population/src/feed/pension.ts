import { dayOf, yyyymm, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { employerName } from '../people/careers.js';
import { contactPhone, documentKind, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import { contactAddress } from './contact-address.js';
import type { FeedSource, LifeEvent, Moment } from './feed-source.js';

export interface Pension {
  person: Person;
  /** 110 enterprise, 120 public, 170 residents' */
  scheme: string;
  since: number;
  /** When benefits begin, or NEVER. */
  benefit: number;
  /** When payments stop for good, or NEVER. */
  ended: number;
  suspended: boolean;
}

/** Pension insurance: everybody grown up and not studying, paying or paid. */
export class PensionFeed implements FeedSource<Pension> {
  readonly feed = 'pension';
  readonly manner = 'full' as const;
  private block: Block | null = null;
  private readonly list = new Map<Person, Pension>();

  readonly cells: FeedSource<Pension>['cells'] = {
    社保编号: (r) => `SB${String(r.person.no).padStart(12, '0')}`,
    证件类型: (r) => documentKind(r.person),
    证件号码: (r) => documentNumber(r.person, 90),
    姓名: (r) => knownName(r.person, 90),
    性别: (r) => String(r.person.sex),
    出生日期: (r) => yyyymmdd(r.person.birth),
    险种: (r) => r.scheme,
    参保状态: (r, m) => (r.ended < m.day ? '3' : r.benefit < m.day ? '4' : r.suspended ? '2' : '1'),
    最近缴费月: (r, m) => paid(r, m),
    待遇起始月: (r, m) => (r.benefit < m.day ? yyyymm(r.benefit) : ''),
    最近领取月: (r, m) => (r.benefit < m.day ? latest(yyyymm(r.benefit), yyyymm(Math.min(m.day, r.ended), 1)) : ''),
    资格认证日期: (r, m) => verified(r, m),
    单位名称: (r) => (r.scheme === '170' ? '' : employerName(r.person)),
    联系地址: (r) => contactAddress(r.person),
    联系电话: (r) => contactPhone(r.person),
  };

  begin(block: Block): void {
    this.block = block;
    this.list.clear();
    for (const p of block.people) this.enrol(p, block.world.start);
  }

  private enrol(p: Person, day: number): void {
    const age = (day - p.birth) / 365.25;
    if (age < 17 || p.pending || p.origin === 'compatriot' && stirred(p, 91) < 0.7) return;
    if (p.death < day - 200 || (!p.counted && !p.commutes && p.registration === null)) return;
    const local = p.registration !== null && p.registration.status === '1';
    if (p.registration !== null && !local && p.death === NEVER) return;
    const working = p.work === 'employee' || p.work === 'public' || p.work === 'retired-employee' || p.work === 'retired-public';
    if (p.work === 'student' || stirred(p, 92) >= (working ? 0.97 : local ? 0.8 : 0.04)) return;
    const scheme = p.work === 'public' || p.work === 'retired-public' ? '120' : working ? '110' : '170';
    const earliest = scheme === '170' ? dayOf(2010, 1, 1) : dayOf(1996, 1, 1);
    const able = Math.max(earliest, p.birth + 17 * 366, p.origin === 'local' ? 0 : p.since);
    const since = Math.min(day - 1, p.death - 1, able + stirredPick(p, 93, 1500));
    const retires = scheme === '170' ? 60 : p.work.startsWith('retired') ? Math.min(age - 0.05, p.sex === 1 ? 60 : 50 + 5 * stirred(p, 94)) : p.sex === 1 ? 60.6 : 55.6;
    const benefit = Math.max(p.birth + Math.ceil(retires * 365.25), scheme === '170' ? dayOf(2010, 3, 1) : 0, since + 1);
    this.list.set(p, { person: p, scheme, since, benefit, ended: p.death === NEVER ? NEVER : p.death + 5 + stirredPick(p, 95, 70), suspended: stirred(p, 96) < 0.06 });
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null) return;
    const pension = this.list.get(p);
    if (event.kind === 'enrolled' && !pension) this.enrol(p, day + 1);
    // A month or two is often drawn before anybody tells them.
    else if (event.kind === 'died' && pension) pension.ended = day + 5 + stirredPick(p, 95, 70);
    else if (event.kind === 'left' && pension && pension.benefit > day) pension.suspended = true;
  }

  records(): Iterable<Pension> {
    return this.list.values();
  }

  changes(): [] {
    return [];
  }

  roles(r: Pension): readonly (readonly [string, Person])[] {
    return [['insured', r.person]];
  }

  identity(r: Pension): number {
    return r.person.no;
  }

  /** Drew a pension for a month after the one they died in. */
  drewAfterDeath(p: Person, day: number): boolean {
    const r = this.list.get(p);
    return r !== undefined && r.benefit < p.death && yyyymm(Math.min(day, r.ended), 1) > yyyymm(p.death);
  }
}

const latest = (a: string, b: string): string => (a > b ? a : b);

function paid(r: Pension, m: Moment): string {
  const until = Math.min(m.day, r.benefit, r.ended);
  const first = yyyymm(r.since);
  if (r.scheme !== '170') return latest(first, yyyymm(until, r.suspended ? 5 : 1));
  const year = yyyymmdd(until).slice(0, 4);
  const month = `${year}0${3 + stirredPick(r.person, 97, 6)}`;
  return latest(first, month > yyyymm(until) ? `${Number(year) - 1}${month.slice(4)}` : month);
}

/** Once a year those who draw a pension show that they live. */
function verified(r: Pension, m: Moment): string {
  if (r.benefit >= m.day) return '';
  const until = Math.min(m.day - 1, r.person.death === NEVER ? NEVER : r.person.death);
  const offset = stirredPick(r.person, 98, 365);
  const day = until - ((((until - offset) % 365) + 365) % 365);
  return day < r.benefit ? '' : yyyymmdd(day);
}
