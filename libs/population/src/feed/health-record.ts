import { stampOn, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { contactPhone, documentKind, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import { contactAddress } from './contact-address.js';
import { ChangeList, type FeedSource, type LifeEvent } from './feed-source.js';

export interface HealthRecord {
  person: Person;
  number: string;
  division: string;
  opened: number;
  visited: number;
  chronic: boolean;
  /** 1 active, 2 inactive, 3 moved away, 4 deceased */
  status: string;
  updated: number;
}

/** Health records: most residents have one, of the old nearly all. */
export class HealthRecordFeed implements FeedSource<HealthRecord> {
  readonly feed = 'health-record';
  readonly manner = 'delta' as const;
  private block: Block | null = null;
  private readonly list = new Map<Person, HealthRecord>();
  private readonly changed = new ChangeList<HealthRecord>();

  readonly cells: FeedSource<HealthRecord>['cells'] = {
    健康档案号: (r) => r.number,
    证件类型: (r) => documentKind(r.person),
    证件号码: (r) => documentNumber(r.person, 110),
    姓名: (r) => knownName(r.person, 110),
    性别: (r) => String(r.person.sex),
    出生日期: (r) => yyyymmdd(r.person.birth),
    现住址: (r) => contactAddress(r.person),
    居住区划: (r) => r.division,
    常住标志: (r) => (r.person.home === null || r.status !== '1' ? '0' : '1'),
    慢病标志: (r) => (r.chronic ? '1' : '0'),
    档案状态: (r) => r.status,
    建档日期: (r) => yyyymmdd(r.opened),
    最近随访日期: (r) => (r.visited === NEVER ? '' : yyyymmdd(r.visited)),
    联系电话: (r) => contactPhone(r.person),
    更新时间: (r) => stampOn(r.updated, r.person.seed),
  };

  begin(block: Block): void {
    this.block = block;
    this.list.clear();
    this.changed.clear();
    for (const p of block.people) this.open(p, block.world.start);
  }

  private open(p: Person, day: number): HealthRecord | null {
    const living = p.death === NEVER;
    if (!p.counted && (living || p.registration === null || p.death < day - 700)) return null;
    const age = (day - p.birth) / 365.25;
    const share = p.home !== null || !living ? (p.origin === 'local' ? (age > 60 ? 0.97 : 0.9) : 0.62) : 0.3;
    if (stirred(p, 111) >= share || day - p.birth < 12) return null;
    const place = p.home ?? p.registration?.household.address ?? null;
    if (place === null) return null;
    const last = Math.min(day - 1, p.death);
    const from = Math.max(p.birth + 7, p.origin === 'local' ? day - 5800 : p.since, 3300);
    const opened = Math.min(last, from + Math.floor(stirred(p, 112) ** 2 * Math.max(1, last - from)));
    const often = age > 65 ? 200 : age < 7 ? 300 : 1600;
    const visited = stirred(p, 113) < 0.12 ? NEVER : Math.max(opened, last - stirredPick(p, 114, often));
    const chronic = stirred(p, 115) < (age < 35 ? 0.01 : age < 50 ? 0.08 : age < 65 ? 0.26 : 0.5);
    const status = !living ? '4' : p.home === null ? (stirred(p, 116) < 0.5 ? '3' : '1') : stirred(p, 116) < 0.03 ? '2' : '1';
    const updated = Math.max(opened, visited === NEVER ? 0 : visited, living ? 0 : Math.min(day - 1, p.death + 3));
    const record = { person: p, number: `${place.village.code}${String(p.no).padStart(10, '0')}`, division: place.village.code, opened, visited, chronic, status, updated };
    this.list.set(p, record);
    return record;
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null) return;
    const record = this.list.get(p);
    if (record === undefined) {
      if (event.kind !== 'health-opened' || p.death !== NEVER) return;
      const opened = this.open(p, day + 1);
      if (opened === null) return;
      opened.opened = opened.updated = day;
      opened.visited = NEVER;
      this.changed.note(opened, 'add');
      return;
    }
    if (event.kind === 'health-visited') record.visited = day;
    else if (event.kind === 'rehomed' && p.home !== null) record.division = p.home.village.code;
    else if (event.kind === 'death-certified') record.status = '4';
    else if ((event.kind === 'left' || event.kind === 'moved-out') && record.status === '1') record.status = '3';
    else if (event.kind !== 'registered' && event.kind !== 'phone-changed') return;
    record.updated = day;
    this.changed.note(record, 'change');
  }

  records(): Iterable<HealthRecord> {
    return this.list.values();
  }

  changes() {
    return this.changed.take();
  }

  roles(r: HealthRecord): readonly (readonly [string, Person])[] {
    return [['resident', r.person]];
  }

  identity(r: HealthRecord): number {
    return r.person.no;
  }
}
