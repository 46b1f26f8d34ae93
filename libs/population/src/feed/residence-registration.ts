import { stampOn, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { contactPhone, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import type { Address } from '../place/address.js';
import { ChangeList, type FeedSource, type LifeEvent } from './feed-source.js';

export interface Stay {
  /** How many stays this person had before. */
  ordinal: number;
  person: Person;
  address: Address;
  arrived: number;
  left: number;
  checked: number;
  updated: number;
}

/** Residence registration: nine of ten guests the police have met, and where those lived who have left. */
export class ResidenceRegistrationFeed implements FeedSource<Stay> {
  readonly feed = 'residence-registration';
  readonly manner = 'delta' as const;
  private list: Stay[] = [];
  private readonly current = new Map<Person, Stay>();
  private readonly changed = new ChangeList<Stay>();

  readonly cells: FeedSource<Stay>['cells'] = {
    登记编号: (s) => `L${String(s.person.no).padStart(12, '0')}${String(s.ordinal).padStart(2, '0')}`,
    证件类型: (s) => s.person.kind,
    证件号码: (s) => documentNumber(s.person, 70),
    姓名: (s) => knownName(s.person, 70),
    性别: (s) => String(s.person.sex),
    出生日期: (s) => yyyymmdd(s.person.birth),
    户籍地区划: (s) => s.person.registeredAt?.code ?? '',
    居住地区划: (s) => s.address.village.code,
    标准地址编码: (s) => s.address.code,
    居住地址: (s) => s.address.full,
    来本地日期: (s) => yyyymmdd(s.arrived),
    居住方式: (s) => manner(s.person),
    居住事由: (s) => residenceReason(s.person),
    离开日期: (s) => (s.left === NEVER ? '' : yyyymmdd(s.left)),
    核实日期: (s) => yyyymmdd(s.checked),
    联系电话: (s) => contactPhone(s.person),
    更新时间: (s) => stampOn(s.updated, s.person.seed),
  };

  begin(block: Block): void {
    this.list = [];
    this.current.clear();
    this.changed.clear();
    const yesterday = block.world.start - 1;
    for (const p of block.people) {
      if (p.counted && p.origin !== 'local' && p.home !== null && stirred(p, 71) < 0.91) this.open(p, p.home, Math.min(p.since, yesterday), yesterday);
    }
    for (const { person, address, arrived, left } of block.gone) {
      this.list.push({ ordinal: 0, person, address, arrived, left, checked: left, updated: left });
    }
  }

  private open(p: Person, address: Address, arrived: number, today: number): Stay {
    const checked = Math.max(arrived, today - stirredPick(p, 72, 300));
    const before = this.current.get(p);
    const stay = { ordinal: before ? before.ordinal + 1 : 0, person: p, address, arrived, left: NEVER, checked, updated: checked };
    this.list.push(stay);
    this.current.set(p, stay);
    return stay;
  }

  on(event: LifeEvent, p: Person, day: number): void {
    const stay = this.current.get(p);
    if (event.kind === 'guest-registered' && p.home !== null) {
      if (stay && stay.left === NEVER) this.close(stay, day);
      const opened = this.open(p, p.home, Math.min(p.since, day), day);
      opened.checked = opened.updated = day;
      this.changed.note(opened, 'add');
      return;
    }
    if (stay === undefined || stay.left !== NEVER) return;
    // A settled guest is a guest no more; the dead have left too.
    if (event.kind === 'left' || event.kind === 'moved-in' || event.kind === 'death-registered') this.close(stay, day);
    else if (event.kind === 'guest-checked') {
      stay.checked = stay.updated = day;
      this.changed.note(stay, 'change');
    } else if (event.kind === 'phone-changed' || event.kind === 'identity-changed') {
      stay.updated = day;
      this.changed.note(stay, 'change');
    }
  }

  private close(stay: Stay, day: number): void {
    stay.left = stay.updated = Math.max(stay.arrived, day);
    this.changed.note(stay, 'change');
  }

  records(): Iterable<Stay> {
    return this.list;
  }

  changes() {
    return this.changed.take();
  }

  roles(s: Stay): readonly (readonly [string, Person])[] {
    return [['resident', s.person]];
  }

  identity(s: Stay): number {
    return s.person.no * 16 + s.ordinal;
  }
}

function manner(p: Person): string {
  const x = stirred(p, 73);
  return x < 0.22 ? '01' : x < 0.72 ? '02' : x < 0.84 ? '03' : x < 0.88 ? '04' : x < 0.95 ? '05' : x < 0.97 ? '07' : '99';
}

export function residenceReason(p: Person): string {
  const x = stirred(p, 74);
  if (p.work === 'child' || p.work === 'retired-resident' || p.work === 'none') return '09';
  if (p.work === 'pupil' || p.work === 'student') return x < 0.6 ? '12' : '09';
  return x < 0.66 ? '01' : x < 0.82 ? '03' : x < 0.9 ? '04' : x < 0.95 ? '09' : '99';
}
