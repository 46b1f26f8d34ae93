import { yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { contactPhone, documentNumber, knownName } from '../people/identity.js';
import { NEVER, spouseOf, type Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import type { Address } from '../place/address.js';
import type { FeedSource, LifeEvent, Moment } from './feed-source.js';

export interface Sheltered {
  caseNo: string;
  applicant: Person;
  person: Person;
  relation: string;
  type: string;
  address: Address;
  from: number;
  until: number;
  ended: number;
}

/** Public rental housing and subsidies: one family in seventy, one guest in a hundred. */
export class HousingSecurityFeed implements FeedSource<Sheltered> {
  readonly feed = 'housing-security';
  readonly manner = 'full' as const;
  private block: Block | null = null;
  private list: Sheltered[] = [];

  readonly cells: FeedSource<Sheltered>['cells'] = {
    保障编号: (r) => r.caseNo,
    保障类型: (r) => r.type,
    家庭成员关系: (r) => r.relation,
    姓名: (r) => knownName(r.person, 150),
    证件类型: (r) => r.person.kind,
    // Part of the key: the bureau keeps the number a case was opened with.
    证件号码: (r) => r.person.formerId || documentNumber(r.person, 150),
    出生日期: (r) => yyyymmdd(r.person.birth),
    房源区划: (r) => r.address.village.code,
    标准地址编码: (r) => r.address.code,
    房源地址: (r) => r.address.full,
    起始日期: (r) => yyyymmdd(r.from),
    截止日期: (r, m) => yyyymmdd(Math.min(r.ended < m.day ? r.ended : r.until, r.until)),
    保障状态: (r, m) => (r.ended < m.day || r.until < m.day ? '3' : stirred(r.applicant, 151) < 0.03 ? '2' : '1'),
    联系电话: (r) => contactPhone(r.person),
  };

  begin(block: Block): void {
    this.block = block;
    this.list = [];
    for (const household of block.households) {
      const { head } = household;
      if (head === null || household.type !== '10' || stirred(head, 152) >= 0.014) continue;
      const members = household.members.filter((p) => p.death === NEVER && !p.pending && p.registration?.status === '1');
      const type = ['11', '11', '11', '12', '12', '40', '60'][stirredPick(head, 153, 7)];
      const address = head.home ?? household.address;
      this.open(head, members.map((p) => [p, p === head ? '01' : p.registration!.relation]), type, address);
    }
    for (const group of block.lodgings) {
      const [first] = group;
      if (stirred(first, 152) >= 0.012 || first.home === null) continue;
      const family = group.filter((p) => p === first || p === spouseOf(first) || p.mother === first || p.father === first);
      this.open(first, family.map((p) => [p, p === first ? '01' : p === spouseOf(first) ? '10' : p.sex === 1 ? '20' : '30']), '20', first.home);
    }
  }

  private open(applicant: Person, members: [Person, string][], type: string, address: Address): void {
    const { start } = this.block!.world;
    const from = Math.max(Math.min(start - 2 - stirredPick(applicant, 154, 1700), start - 2), applicant.origin === 'local' ? 0 : Math.min(applicant.since, start - 2));
    const until = from + 365 * (3 + stirredPick(applicant, 155, 3));
    const caseNo = `BZ${address.village.county}${String(applicant.no).padStart(10, '0')}`;
    for (const [person, relation] of members) {
      if (person.birth > from) continue;
      this.list.push({ caseNo, applicant, person, relation, type, address, from, until, ended: NEVER });
    }
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null || (event.kind !== 'died' && event.kind !== 'left' && event.kind !== 'moved-out')) return;
    for (const r of this.list) if (r.person === p && r.from < day) r.ended = Math.min(r.ended, day);
  }

  records(_moment: Moment): Iterable<Sheltered> {
    return this.list;
  }

  changes(): [] {
    return [];
  }

  roles(r: Sheltered): readonly (readonly [string, Person])[] {
    return [['member', r.person]];
  }

  identity(r: Sheltered): number {
    return r.person.no;
  }
}
