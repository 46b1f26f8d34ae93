import { ageOn, dayOf, yyyymm, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { employerName } from '../people/careers.js';
import { contactPhone, documentKind, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { stirred } from '../people/stirred.js';
import type { FeedSource, LifeEvent, Moment } from './feed-source.js';
import { contactAddress } from './contact-address.js';

export interface Enrolment {
  person: Person;
  /** 310 employees', 340 veterans', 390 residents' */
  type: string;
  second: boolean;
  since: number;
  /** Day from which it is ended, or NEVER. */
  ended: number;
  suspended: boolean;
}

/** Medical insurance: nearly everybody registered or working here, by employer or by the year. */
export class MedicalInsuranceFeed implements FeedSource<Enrolment> {
  readonly feed = 'medical-insurance';
  readonly manner = 'full' as const;
  private block: Block | null = null;
  private list: Enrolment[] = [];

  readonly cells: FeedSource<Enrolment>['cells'] = {
    参保编号: (r) => `${r.second ? 'M' : 'Y'}${String(r.person.no).padStart(11, '0')}`,
    证件类型: (r) => documentKind(r.person),
    证件号码: (r) => documentNumber(r.person, 50),
    姓名: (r) => knownName(r.person, 50),
    性别: (r) => String(r.person.sex),
    出生日期: (r) => yyyymmdd(r.person.birth),
    险种: (r) => r.type,
    参保状态: (r, m) => (r.ended < m.day ? '3' : r.suspended ? '2' : '1'),
    参保单位: (r) => (r.type === '310' ? employerName(r.person) : ''),
    首次参保日期: (r) => yyyymmdd(r.since),
    最近缴费月: (r, m) => lastPaid(r, m),
    参保地区划: (r) => r.person.home?.village.county ?? r.person.registration?.household.address.village.county ?? '',
    联系地址: (r) => contactAddress(r.person),
    联系电话: (r) => contactPhone(r.person),
  };

  begin(block: Block): void {
    this.list = [];
    this.block = block;
    for (const p of block.people) this.enrol(p, block.world.start);
  }

  /** Who is insured here is told by what they do and where they belong. */
  private enrol(p: Person, day: number): void {
    if (p.death < day - 200) return;
    if (p.pending || (!p.counted && !p.commutes && p.registration === null)) return;
    const x = stirred(p, 51);
    const working = p.work === 'employee' || p.work === 'public' || p.work === 'retired-employee' || p.work === 'retired-public';
    const local = p.registration !== null && p.registration.status === '1';
    if (p.registration !== null && !local && p.death === NEVER) return;
    const share = local ? (p.home === null ? 0.72 : 0.965) : working ? 0.74 : 0.36;
    if (x >= share) return;
    const type = working ? (stirred(p, 52) < 0.004 && ageOn(day, p.birth) > 85 ? '340' : '310') : '390';
    const earliest = type === '390' ? dayOf(2008, 1, 1) : dayOf(2001, 1, 1);
    const able = working ? p.birth + 18 * 365 : p.birth + 20;
    const from = Math.max(earliest, able, p.origin === 'local' ? 0 : p.since);
    const last = Math.min(day, p.death) - 1;
    const since = Math.min(last, from + Math.floor(stirred(p, 53) * Math.max(1, (last - from) * 0.6)));
    const enrolment: Enrolment = { person: p, type, second: false, since, ended: p.death === NEVER ? NEVER : p.death + 30, suspended: stirred(p, 54) < 0.03 };
    this.list.push(enrolment);
    // Some are in both schemes: two numbers, one person.
    if (type === '310' && stirred(p, 55) < 0.004) this.list.push({ ...enrolment, type: '390', second: true, suspended: true });
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null) return;
    const known = this.list.filter((r) => r.person === p);
    if (event.kind === 'enrolled' && known.length === 0) this.enrol(p, day + 1);
    else if (event.kind === 'died') for (const r of known) r.ended = Math.min(r.ended, day + 30);
    else if (event.kind === 'left' || event.kind === 'moved-out') for (const r of known) r.suspended = true;
  }

  records(): Iterable<Enrolment> {
    return this.list;
  }

  changes(): [] {
    return [];
  }

  roles(r: Enrolment): readonly (readonly [string, Person])[] {
    return [['insured', r.person]];
  }

  identity(r: Enrolment): number {
    return r.person.no * 2 + (r.second ? 1 : 0);
  }
}

/** Employers pay by the month, residents once a year, in the autumn before it. */
function lastPaid(r: Enrolment, m: Moment): string {
  const until = Math.min(m.day, r.ended);
  if (r.type === '390' || r.person.work.startsWith('retired')) {
    const text = yyyymm(until);
    const year = Number(text.slice(0, 4)) - (Number(text.slice(4)) > 10 ? 0 : 1);
    const month = `${year}${10 + Math.floor(stirred(r.person, 56) * 2.2)}`;
    return month > text || month < yyyymm(r.since) ? yyyymm(r.since) : month;
  }
  const month = yyyymm(until, r.suspended ? 4 : 1);
  return month < yyyymm(r.since) ? yyyymm(r.since) : month;
}
