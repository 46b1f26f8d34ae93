import { civil, dayOf, yyyymmdd } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import { contactPhone, documentKind, documentNumber, knownName } from '../people/identity.js';
import { NEVER, type Person } from '../people/person.js';
import { stirred, stirredPick } from '../people/stirred.js';
import type { Village } from '../place/territory.js';
import { contactAddress } from './contact-address.js';
import type { FeedSource, LifeEvent, Moment } from './feed-source.js';

export interface Pupil {
  person: Person;
  guardian: Person | null;
  /** G and the id number; those without one get a number of the bureau's. */
  studentNo: string;
  village: Village;
  transferredIn: number;
  transferredOut: number;
  died: number;
}

const PRIMARY_YEARS = 6;
const YEARS = 9;

/** Pupils of nine school years, living here, with one grown-up who answers for them. */
export class CompulsoryEducationFeed implements FeedSource<Pupil> {
  readonly feed = 'compulsory-education';
  readonly manner = 'full' as const;
  private block: Block | null = null;
  private readonly pupils = new Map<Person, Pupil>();

  readonly cells: FeedSource<Pupil>['cells'] = {
    学籍号: (r) => r.studentNo,
    证件类型: (r) => documentKind(r.person),
    证件号码: (r) => documentNumber(r.person, 100),
    姓名: (r) => knownName(r.person, 100),
    性别: (r) => String(r.person.sex),
    出生日期: (r) => yyyymmdd(r.person.birth),
    学年: (_r, m) => `${schoolYear(m.day)}-${schoolYear(m.day) + 1}`,
    学期: (_r, m) => (secondTerm(m.day) ? '2' : '1'),
    学校代码: (r, m) => school(r, m).code,
    学校名称: (r, m) => school(r, m).name,
    年级: (r, m) => gradeCode(gradeOn(r.person, m.day)),
    班级: (r) => `${1 + stirredPick(r.person, 101, 6)}班`,
    就读方式: (r, m) => (gradeOn(r.person, m.day) > PRIMARY_YEARS && stirred(r.person, 102) < 0.22 ? '2' : '1'),
    入学日期: (r, m) => yyyymmdd(enrolledOn(r, m)),
    转入日期: (r, m) => (r.transferredIn > enrolledOn(r, m) ? yyyymmdd(r.transferredIn) : ''),
    转出日期: (r) => (r.transferredOut === NEVER ? '' : yyyymmdd(r.transferredOut)),
    学籍状态: (r) => (r.died !== NEVER ? '7' : r.transferredOut !== NEVER ? '3' : stirred(r.person, 103) < 0.003 ? '2' : '1'),
    家庭住址: (r) => contactAddress(r.person),
    监护人姓名: (r) => (r.guardian ? knownName(r.guardian, 104) : ''),
    监护人证件类型: (r) => (r.guardian ? documentKind(r.guardian) : ''),
    监护人证件号码: (r) => (r.guardian ? documentNumber(r.guardian, 104) : ''),
    监护人电话: (r) => (r.guardian ? contactPhone(r.guardian) : contactPhone(r.person)),
  };

  begin(block: Block): void {
    this.block = block;
    this.pupils.clear();
    for (const p of block.people) {
      // Whoever will be of age before the story ends is known from the start, and shown from the year they are.
      if (p.home !== null && p.counted && block.world.until - p.birth > 5.5 * 365 && block.world.start - p.birth < 17 * 366) this.admit(p, 0);
    }
  }

  private admit(p: Person, transferredIn: number): void {
    if (p.home === null || p.pending || stirred(p, 105) >= (p.origin === 'local' ? 0.985 : 0.88)) return;
    const number = documentNumber(p, 100);
    this.pupils.set(p, {
      person: p, guardian: guardianOf(p), village: p.home.village, transferredIn: transferredIn || (stirred(p, 106) < 0.06 ? p.birth + 2700 + stirredPick(p, 107, 1200) : 0),
      studentNo: p.kind === '111' ? `G${number}` : `L${String(p.no).padStart(18, '0')}`, transferredOut: NEVER, died: NEVER,
    });
  }

  on(event: LifeEvent, p: Person, day: number): void {
    if (this.block === null) return;
    const pupil = this.pupils.get(p);
    if (!pupil && (event.kind === 'arrived' || event.kind === 'moved-in') && day - p.birth < 17 * 366) this.admit(p, day);
    if (!pupil || pupil.transferredOut !== NEVER) return;
    if (event.kind === 'left' || event.kind === 'moved-out' || event.kind === 'school-changed') pupil.transferredOut = day;
    else if (event.kind === 'died') pupil.died = day;
  }

  *records(moment: Moment): Iterable<Pupil> {
    const first = dayOf(schoolYear(moment.day), 9, 1);
    for (const pupil of this.pupils.values()) {
      const grade = gradeOn(pupil.person, moment.day);
      if (grade < 1 || grade > YEARS || pupil.transferredIn >= moment.day) continue;
      // Who left in an earlier school year is no longer shown.
      if (pupil.transferredOut < first || pupil.died < first) continue;
      yield pupil;
    }
  }

  changes(): [] {
    return [];
  }

  roles(r: Pupil): readonly (readonly [string, Person])[] {
    return r.guardian ? [['student', r.person], ['guardian', r.guardian]] : [['student', r.person]];
  }

  identity(r: Pupil): number {
    return r.person.no;
  }
}

/** The year in which the school year of a day began. */
export function schoolYear(day: number): number {
  const { year, month } = civil(day - 1);
  return month >= 9 ? year : year - 1;
}

function secondTerm(day: number): boolean {
  const { month } = civil(day - 1);
  return month >= 2 && month < 9;
}

/** Six by the end of August enters the first grade. */
export function gradeOn(p: Person, day: number): number {
  const { year, month } = civil(p.birth);
  return schoolYear(day) - (year + 6 + (month >= 9 ? 1 : 0)) + 1;
}

function gradeCode(grade: number): string {
  return grade <= PRIMARY_YEARS ? `1${grade}` : `2${grade - PRIMARY_YEARS}`;
}

/** First of September of the year they entered this school. */
function enrolledOn(r: Pupil, m: Moment): number {
  const grade = gradeOn(r.person, m.day);
  return dayOf(schoolYear(m.day) - (grade <= PRIMARY_YEARS ? grade - 1 : grade - PRIMARY_YEARS - 1), 9, 1);
}

const NUMERALS = ['一', '二', '三', '四', '五', '六'];

/** Each township has a few primary schools and one or two junior ones. */
function school(r: Pupil, m: Moment): { code: string; name: string } {
  const primary = gradeOn(r.person, m.day) <= PRIMARY_YEARS;
  const town = r.village.townName.replace(/(街道|镇|乡)$/, '');
  const n = r.village.rank % (primary ? 4 : 2);
  const name = primary ? (n === 0 ? `${town}中心小学` : `${town}第${NUMERALS[n]}小学`) : n === 0 ? `${town}中学` : `${town}第${NUMERALS[n]}中学`;
  return { code: `${r.village.town}${primary ? '21' : '31'}${n}`, name };
}

function guardianOf(p: Person): Person | null {
  const parents = stirred(p, 108) < 0.6 ? [p.mother, p.father] : [p.father, p.mother];
  const grown = [...parents, p.mother?.mother, p.father?.mother, p.father?.father];
  return grown.find((g) => g && g.death === NEVER) ?? null;
}
