import { yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { contactPhone, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import { distantAddress, type Address } from '../place/address.js';
import type { FeedSource, LifeEvent, Moment } from './feed-source.js';
import { residenceReason } from './residence-registration.js';

export interface Permit {
  person: Person;
  address: Address;
  first: number;
  /** Day from which it is cancelled, or NEVER. */
  cancelled: number;
  /** Renewed every year; who does not finds it suspended. */
  renews: boolean;
}

const YEAR = 365;

/** Residence permits: after half a year one may ask for one, and half of the guests do. */
export class ResidencePermitFeed implements FeedSource<Permit> {
  readonly feed = 'residence-permit';
  readonly manner = 'full' as const;
  private block: Block | null = null;
  private readonly permits = new Map<Person, Permit>();

  readonly cells: FeedSource<Permit>['cells'] = {
    居住证编号: (r) => `JZ${r.address.village.county}${String(r.person.no).padStart(12, '0')}`,
    公民身份号码: (r) => documentNumber(r.person, 80),
    姓名: (r) => knownName(r.person, 80),
    性别: (r) => String(r.person.sex),
    民族: (r) => r.person.ethnicity,
    出生日期: (r) => yyyymmdd(r.person.birth),
    户籍地区划: (r) => r.person.registeredAt!.code,
    户籍地址: (r) => distantAddress(r.person.registeredAt!.name, r.person.seed),
    居住地区划: (r) => r.address.village.code,
    标准地址编码: (r) => r.address.code,
    居住地址: (r) => r.address.full,
    居住事由: (r) => residenceReason(r.person),
    首次申领日期: (r) => yyyymmdd(r.first),
    签注日期: (r, m) => yyyymmdd(endorsed(r, m)),
    有效期至: (r, m) => yyyymmdd(endorsed(r, m) + YEAR),
    证件状态: (r, m) => (r.cancelled < m.day ? '3' : endorsed(r, m) + YEAR < m.day ? '2' : '1'),
    联系电话: (r) => contactPhone(r.person),
  };

  begin(block: Block): void {
    this.block = block;
    this.permits.clear();
    for (const p of block.people) if (p.counted && p.origin === 'floating' && p.home !== null) this.apply(p);
  }

  /** From half a year after they came, within two more. A permit asked for on a later day is simply not in the earlier files. */
  private apply(p: Person): void {
    if (p.home === null || stirred(p, 81) >= 0.52) return;
    const first = p.since + 184 + stirredPick(p, 82, 700);
    this.permits.set(p, { person: p, address: p.home, first, cancelled: NEVER, renews: stirred(p, 83) < 0.86 });
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null) return;
    const permit = this.permits.get(p);
    if (permit && (event.kind === 'left' || event.kind === 'moved-in' || event.kind === 'death-registered')) {
      if (permit.first >= day) this.permits.delete(p);
      else permit.cancelled = Math.min(permit.cancelled, day);
    } else if (permit && event.kind === 'guest-registered' && p.home !== null) permit.address = p.home;
    else if (!permit && event.kind === 'arrived' && p.origin === 'floating') this.apply(p);
  }

  *records(moment: Moment): Iterable<Permit> {
    for (const permit of this.permits.values()) if (permit.first < moment.day) yield permit;
  }

  changes(): [] {
    return [];
  }

  roles(r: Permit): readonly (readonly [string, Person])[] {
    return [['holder', r.person]];
  }

  identity(r: Permit): number {
    return r.person.no;
  }
}

/** The last yearly endorsement before the delivery. */
function endorsed(r: Permit, m: Moment): number {
  const until = Math.min(m.day - 1, r.cancelled);
  const years = Math.floor((until - r.first) / YEAR);
  return r.first + (r.renews ? years : Math.min(years, stirredPick(r.person, 84, 3))) * YEAR;
}
