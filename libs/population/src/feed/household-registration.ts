import { stampOn, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { employerName } from '../people/careers.js';
import { contactPhone } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { ChangeList, type FeedSource, type LifeEvent } from './feed-source.js';
import { policeStation } from './police-station.js';

const day = (d: number): string => (d === NEVER ? '' : yyyymmdd(d));

/** The spine: the police household register, household by household. */
export class HouseholdRegistrationFeed implements FeedSource<Person> {
  readonly feed = 'household-registration';
  readonly manner = 'full-delta' as const;
  private block: Block | null = null;
  private readonly changed = new ChangeList<Person>();

  readonly cells: FeedSource<Person>['cells'] = {
    人员编号: (p) => `${p.registration!.household.no.slice(0, 6)}${String(p.no).padStart(11, '0')}`,
    户号: (p) => p.registration!.household.no,
    公民身份号码: (p) => p.id,
    姓名: (p) => p.name,
    曾用名: (p) => p.formerName,
    性别: (p) => String(p.sex),
    民族: (p) => p.ethnicity,
    出生日期: (p) => yyyymmdd(p.birth),
    与户主关系: (p) => p.registration!.relation,
    户类型: (p) => p.registration!.household.type,
    户籍地区划: (p) => p.registration!.household.address.village.town,
    居村委会代码: (p) => p.registration!.household.address.village.code,
    派出所代码: (p) => policeStation(p.registration!.household.address.village.town),
    标准地址编码: (p) => p.registration!.household.address.code,
    户籍地址: (p) => p.registration!.household.address.full,
    婚姻状况: (p) => p.registration!.marital,
    文化程度: (p) => p.education,
    服务处所: (p) => employerName(p),
    联系电话: (p) => contactPhone(p),
    父亲身份号码: (p) => p.father?.id ?? '',
    母亲身份号码: (p) => p.mother?.id ?? '',
    配偶身份号码: (p) => p.registration!.spouseId,
    登记事由: (p) => p.registration!.reason,
    登记日期: (p) => yyyymmdd(p.registration!.on),
    迁入日期: (p) => day(p.registration!.movedInOn),
    迁入原因: (p) => p.registration!.movedInReason,
    迁出地区划: (p) => p.registration!.movedFrom,
    迁出日期: (p) => day(p.registration!.movedOutOn),
    迁出原因: (p) => p.registration!.movedOutReason,
    迁往地区划: (p) => p.registration!.movedTo,
    人员状态: (p) => p.registration!.status,
    状态日期: (p) => yyyymmdd(p.registration!.statusOn),
    注销原因: (p) => p.registration!.cancelReason,
    更新时间: (p) => stampOn(p.registration!.updated, p.seed),
  };

  begin(block: Block): void {
    this.block = block;
    this.changed.clear();
  }

  *records(): Iterable<Person> {
    for (const household of this.block?.households ?? []) {
      for (const p of household.members) yield p;
    }
  }

  on(event: LifeEvent, p: Person, day: number): void {
    switch (event.kind) {
      case 'registered':
      case 'moved-in':
        return this.note(p, 'add', day);
      case 'entry-changed':
      case 'moved-out':
      case 'death-registered':
      case 'identity-changed':
      case 'phone-changed':
        return this.note(p, 'change', day);
      default:
    }
  }

  private note(p: Person, operation: 'add' | 'change', day: number): void {
    if (this.block === null || p.registration === null) return;
    p.registration.updated = day;
    this.changed.note(p, operation);
  }

  changes() {
    return this.changed.take();
  }

  roles(p: Person): readonly (readonly [string, Person])[] {
    return [['person', p]];
  }

  identity(p: Person): number {
    return p.no;
  }
}
