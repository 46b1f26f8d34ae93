import { civil, dayOf, stampOn, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person, type Union } from '../people/person.js';
import { stirred } from '../people/stirred.js';
import { ChangeList, type FeedSource, type LifeEvent } from './feed-source.js';

export interface Registration {
  union: Union;
  /** IA married, IB divorced, ICA certificate reissued */
  business: string;
  day: number;
}

/** The bureau's table begins here. */
const SINCE = dayOf(2006, 1, 1);

/** Marriages and divorces registered at the district's civil-affairs bureau. */
export class MarriageFeed implements FeedSource<Registration> {
  readonly feed = 'marriage';
  readonly manner = 'delta' as const;
  private block: Block | null = null;
  private list: Registration[] = [];
  private county = '';
  private readonly changed = new ChangeList<Registration>();

  readonly cells: FeedSource<Registration>['cells'] = {
    登记证字号: (r) => `${r.business === 'IB' ? 'L' : r.business === 'IA' ? 'J' : 'BJ'}${this.county}-${civil(r.day).year}-${String(r.union.wife.no).padStart(9, '0')}`,
    业务类型: (r) => r.business,
    登记日期: (r) => yyyymmdd(r.day),
    登记机关: () => '民政局婚姻登记处',
    男方姓名: (r) => knownName(r.union.husband, 140),
    男方证件类型: (r) => r.union.husband.kind,
    男方证件号码: (r) => documentNumber(r.union.husband, 140),
    男方出生日期: (r) => yyyymmdd(r.union.husband.birth),
    女方姓名: (r) => knownName(r.union.wife, 140),
    女方证件类型: (r) => r.union.wife.kind,
    女方证件号码: (r) => documentNumber(r.union.wife, 140),
    女方出生日期: (r) => yyyymmdd(r.union.wife.birth),
    更新时间: (r) => stampOn(r.day, r.union.wife.seed),
  };

  begin(block: Block): void {
    this.block = block;
    this.county = block.address(0).village.county;
    this.list = [];
    this.changed.clear();
    for (const union of block.unions) {
      if (union.registeredHere && union.marriedOn >= SINCE) {
        this.add(union, 'IA', union.marriedOn);
        const again = union.marriedOn + 400 + Math.floor(stirred(union.wife, 141) * 4000);
        const ended = Math.min(union.divorcedOn, union.husband.death, union.wife.death);
        if (stirred(union.wife, 142) < 0.025 && again < Math.min(ended, block.world.start)) this.add(union, 'ICA', again);
      }
      if (union.divorcedOn !== NEVER && union.divorceHere && union.divorcedOn >= SINCE) this.add(union, 'IB', union.divorcedOn);
    }
  }

  private add(union: Union, business: string, day: number): Registration {
    const registration = { union, business, day };
    this.list.push(registration);
    return registration;
  }

  on(event: LifeEvent, _p: Person, day: number): void {
    if (this.block === null) return;
    if (event.kind === 'married' && event.union.registeredHere) this.changed.note(this.add(event.union, 'IA', day), 'add');
    else if (event.kind === 'divorced' && event.union.divorceHere) this.changed.note(this.add(event.union, 'IB', day), 'add');
  }

  /** Its last word on a person is a marriage or divorce of this person's present union. */
  knows(p: Person): boolean {
    const { union } = p;
    if (union === null) return false;
    return this.list.some((r) => r.union === union && (r.business === 'IB') === (union.divorcedOn !== NEVER));
  }

  records(): Iterable<Registration> {
    return this.list;
  }

  changes() {
    return this.changed.take();
  }

  roles(r: Registration): readonly (readonly [string, Person])[] {
    return [['husband', r.union.husband], ['wife', r.union.wife]];
  }

  identity(r: Registration): number {
    return r.union.wife.no * 64 + (r.business === 'IA' ? 0 : r.business === 'IB' ? 1 : 2) + (r.day % 8) * 8;
  }
}
