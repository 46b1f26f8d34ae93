import { dayOf, stampOn, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { documentKind, documentNumber } from '../people/identity.js';
import type { Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import { ChangeList, type FeedSource, type LifeEvent } from './feed-source.js';

export interface BirthCertificate {
  newborn: Person;
  name: string;
  mother: Person;
  father: Person | null;
  number: string;
  /** 1 valid, 2 void, 3 replaced, 4 reissued */
  status: string;
  former: string;
  issued: number;
  updated: number;
}

const HOSPITALS = ['妇幼保健院', '人民医院', '中医医院', '第二人民医院'];

/** Births in the district's hospitals since 2019; a twentieth of the papers was issued again. */
export class BirthCertificateFeed implements FeedSource<BirthCertificate> {
  readonly feed = 'birth-certificate';
  readonly manner = 'delta' as const;
  private block: Block | null = null;
  private list: BirthCertificate[] = [];
  private readonly changed = new ChangeList<BirthCertificate>();

  readonly cells: FeedSource<BirthCertificate>['cells'] = {
    出生证编号: (r) => r.number,
    证书状态: (r) => r.status,
    原证编号: (r) => r.former,
    新生儿姓名: (r) => r.name,
    性别: (r) => String(r.newborn.sex),
    出生日期: (r) => yyyymmdd(r.newborn.birth),
    出生机构: (r) => HOSPITALS[stirredPick(r.newborn, 121, HOSPITALS.length)],
    母亲姓名: (r) => r.mother.name,
    母亲证件类型: (r) => documentKind(r.mother),
    母亲证件号码: (r) => documentNumber(r.mother, 120),
    父亲姓名: (r) => r.father?.name ?? '',
    父亲证件类型: (r) => (r.father ? documentKind(r.father) : ''),
    父亲证件号码: (r) => (r.father ? documentNumber(r.father, 120) : ''),
    签发日期: (r) => yyyymmdd(r.issued),
    更新时间: (r) => stampOn(r.updated, r.newborn.seed),
  };

  begin(block: Block): void {
    this.block = block;
    this.list = [];
    this.changed.clear();
    const since = dayOf(2019, 1, 1);
    const { start } = block.world;
    for (const p of block.people) {
      if (p.birth < since || p.mother === null || !p.counted || p.id === '') continue;
      if (p.home === null || stirred(p, 122) >= (p.origin === 'local' ? 0.86 : 0.3)) continue;
      const issued = p.birth + 1 + stirredPick(p, 123, 4);
      if (issued >= start) continue;
      const first = this.issue(p, issued);
      if (stirred(p, 124) < 0.02 && start - issued > 400) this.reissue(first, issued + 30 + stirredPick(p, 125, 360));
    }
  }

  private issue(p: Person, day: number): BirthCertificate {
    // XA and nine digits would be a real series; X alone is not one.
    const certificate: BirthCertificate = {
      newborn: p, name: p.name, mother: p.mother!, father: stirred(p, 126) < 0.97 ? p.father : null,
      number: `X${String(p.no % 1_000_000_000).padStart(9, '0')}`, status: '1', former: '', issued: day, updated: day,
    };
    this.list.push(certificate);
    return certificate;
  }

  private reissue(first: BirthCertificate, day: number): BirthCertificate {
    first.status = '2';
    first.updated = day;
    const again: BirthCertificate = { ...first, number: `Z${first.number.slice(1)}`, status: stirred(first.newborn, 127) < 0.5 ? '3' : '4', former: first.number, issued: day, updated: day };
    this.list.push(again);
    return again;
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null) return;
    if (event.kind === 'birth-certified' && p.mother !== null) this.changed.note(this.issue(p, day), 'add');
    else if (event.kind === 'identity-changed') {
      const valid = this.list.find((r) => r.newborn === p && r.status === '1');
      if (valid === undefined) return;
      const again = this.reissue(valid, day);
      again.name = p.name;
      this.changed.note(valid, 'change');
      this.changed.note(again, 'add');
    }
  }

  records(): Iterable<BirthCertificate> {
    return this.list;
  }

  changes() {
    return this.changed.take();
  }

  roles(r: BirthCertificate): readonly (readonly [string, Person])[] {
    const roles: [string, Person][] = [['newborn', r.newborn], ['mother', r.mother]];
    if (r.father) roles.push(['father', r.father]);
    return roles;
  }

  identity(r: BirthCertificate): number {
    return r.newborn.no * 2 + (r.former === '' ? 0 : 1);
  }
}
