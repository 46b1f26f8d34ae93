import { stampOn, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { documentKind, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { REGISTER_KEEPS } from '../people/populate.js';
import { stirred, stirredPick } from '../people/stirred.js';
import { ChangeList, type FeedSource, type LifeEvent } from './feed-source.js';

export interface DeathCertificate { person: Person; number: string; issued: number; updated: number }

const ISSUERS = ['人民医院', '中医医院', '社区卫生服务中心', '镇卫生院', '第二人民医院'];

/** Deaths of the last years as the doctors wrote them down. */
export class DeathCertificateFeed implements FeedSource<DeathCertificate> {
  readonly feed = 'death-certificate';
  readonly manner = 'delta' as const;
  private block: Block | null = null;
  private readonly list = new Map<Person, DeathCertificate>();
  private readonly changed = new ChangeList<DeathCertificate>();

  readonly cells: FeedSource<DeathCertificate>['cells'] = {
    死亡证编号: (r) => r.number,
    证书状态: () => '1',
    原证编号: () => '',
    证件类型: (r) => documentKind(r.person),
    证件号码: (r) => documentNumber(r.person, 130),
    姓名: (r) => knownName(r.person, 130),
    性别: (r) => String(r.person.sex),
    出生日期: (r) => yyyymmdd(r.person.birth),
    死亡日期: (r) => yyyymmdd(r.person.death),
    死亡地点: (r) => place(r.person),
    签发机构: (r) => ISSUERS[stirredPick(r.person, 131, ISSUERS.length)],
    签发日期: (r) => yyyymmdd(r.issued),
    更新时间: (r) => stampOn(r.updated, r.person.seed),
  };

  begin(block: Block): void {
    this.block = block;
    this.list.clear();
    this.changed.clear();
    const { start } = block.world;
    for (const p of block.people) {
      if (p.death === NEVER || p.death < start - REGISTER_KEEPS || stirred(p, 132) >= 0.93) continue;
      const issued = p.death + stirredPick(p, 133, 4);
      if (issued < start) this.issue(p, issued);
    }
  }

  private issue(p: Person, day: number): DeathCertificate {
    const county = p.registration?.household.address.village.county ?? this.block!.address(0).village.county;
    const certificate = { person: p, number: `${county}${yyyymmdd(p.death).slice(0, 4)}${String(p.no).padStart(11, '0')}`, issued: day, updated: day };
    this.list.set(p, certificate);
    return certificate;
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block !== null && event.kind === 'death-certified') this.changed.note(this.issue(p, day), 'add');
  }

  has(p: Person): boolean {
    return this.list.has(p);
  }

  records(): Iterable<DeathCertificate> {
    return this.list.values();
  }

  changes() {
    return this.changed.take();
  }

  roles(r: DeathCertificate): readonly (readonly [string, Person])[] {
    return [['deceased', r.person]];
  }

  identity(r: DeathCertificate): number {
    return r.person.no;
  }
}

function place(p: Person): string {
  const x = stirred(p, 134);
  return x < 0.34 ? '1' : x < 0.4 ? '2' : x < 0.92 ? '3' : x < 0.97 ? '4' : '9';
}
