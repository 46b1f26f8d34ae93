/**
 * Makes the files of `npm run bench -- link`, as a program of its own, so that what it held is not taken for the engine's:
 * node link-people.js ROWS FOLDER
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { checkCharacter, nameParts } from '#kernel';
import { openTable } from '#linkage';
import { simulate } from '#population';
import { ageOf, daysFrom, Draw, Office, soundsOf, type Entry } from './link-dirt.js';
import { ROOT } from './report.js';
import { randomOf } from '../support/random.js';

const SPINE = 'household-registration';
const COLUMNS = ['人员编号', '公民身份号码', '姓名', '曾用名', '性别', '出生日期', '户号', '户籍地区划', '户籍地址', '联系电话', '父亲身份号码', '母亲身份号码', '配偶身份号码'];
const SOURCES = [[0.2, 'WJ'], [0.1, 'HY'], [0.15, 'JY'], [0.4, 'YB'], [0.15, 'ZF']] as const;
/** Of a hundred feed records so many are of nobody in the register. */
const STRANGERS = 0.1;
/** Of a hundred households so many are kept out of the register, for strangers to come from. */
const OUTSIDE = 8;
/** People that are held at once; kin live near one another. */
const CHUNK = 20_000;
type Kind = 'random' | 'namesake' | 'newborn' | 'relative' | 'twin';
const KINDS: readonly (readonly [number, Kind])[] = [[0.49, 'random'], [0.17, 'namesake'], [0.12, 'newborn'], [0.19, 'relative'], [0.03, 'twin']];

async function make(rows: number, folder: string): Promise<void> {
  await simulate({ people: Math.ceil(rows * 1.35) + 800, seed: 'link', out: folder, config: join(ROOT, 'config'), feeds: [SPINE], dirt: 'none', truth: false });
  const [delivery] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { file: string }[];
  const table = await openTable(join(folder, delivery!.file));
  const register = openSync(join(folder, 'register.csv'), 'w');
  writeSync(register, 'person_id,id_no,name,former_name,sex,dob,household_no,town_code,address,phone\n');
  const draw = new Draw(randomOf(20_261_120));
  const lines: string[] = [];
  const told: string[] = [];
  let registered = 0;
  let sounds: Map<string, string[]> | null = null;

  const take = (people: readonly Entry[]): void => {
    const outside = people.filter(isOutside);
    const inside = people.filter((one) => !isOutside(one)).slice(0, rows - registered);
    writeSync(register, inside.map((e) => `${[e.person, e.id, e.name, e.former, e.sex, e.birth, e.household, e.town, e.address, e.phone].join(',')}\n`).join(''));
    registered += inside.length;
    const crowd = new Crowd(draw, inside, outside);
    sounds ??= soundsOf(people);
    const office = new Office(draw, sounds, people, new Map(people.map((one) => [one.id, one])));
    const write = (entry: Entry, source: string, person: string): void => {
      const row = office.write(entry, source);
      lines.push([row.source, row.idType, row.id, row.name, row.sex, row.birth, row.town, row.address, row.phone, row.guardianName, row.guardianId, row.spouseName, row.spouseId].join(','));
      told.push(person);
    };
    const strangers = Math.round(registered * STRANGERS) - told.filter((one) => one === '').length;
    for (let n = 0; n < strangers; n++) write(crowd.stranger(), draw.choose(SOURCES) ?? 'YB', '');
    const sent = new Set<string>();
    while (told.length < registered) {
      const entry = draw.of(inside), source = draw.choose(SOURCES) ?? 'YB';
      const key = `${entry.person} ${source}`;
      // A source has a person once, but for a double in a thousand.
      if (sent.has(key) && !draw.chance(0.001)) continue;
      sent.add(key);
      write(entry, source, entry.person);
    }
  };

  let people: Entry[] = [];
  for await (const batch of table.rows(COLUMNS)) {
    for (const row of batch) people.push(entryOf(row));
    if (people.length < CHUNK) continue;
    take(people);
    people = [];
    if (registered === rows) break;
  }
  if (registered < rows && people.length > 0) take(people);
  await table.close();
  closeSync(register);
  if (registered < rows) throw new Error(`the district has ${registered} registered people only`);
  writeFeed(folder, draw, lines, told);
  for (const name of ['deliveries', 'manifest.json']) rmSync(join(folder, name), { recursive: true });
}

function entryOf([person, id, name, former, sex, birth, household, town, address, phone, father, mother, spouse]: string[]): Entry {
  return {
    person: person!, id: id!, name: name!, former: former!, sex: sex === '女' || sex === '2' ? '2' : '1', birth: `${birth!.slice(0, 4)}-${birth!.slice(4, 6)}-${birth!.slice(6)}`,
    household: household!, town: town!, address: address!, phone: phone!, father: father!, mother: mother!, spouse: spouse!,
  };
}

const isOutside = ({ household }: Entry): boolean => (Number(household.slice(-6)) * 7919) % 100 < OUTSIDE;

/** The records in an order by chance (Fisher, Yates). */
function writeFeed(folder: string, draw: Draw, lines: string[], told: string[]): void {
  for (let i = lines.length - 1; i > 0; i--) {
    const j = draw.below(i + 1);
    [lines[i], lines[j]] = [lines[j]!, lines[i]!];
    [told[i], told[j]] = [told[j]!, told[i]!];
  }
  const id = (n: number): string => `F${String(n + 1).padStart(8, '0')}`;
  writeLines(join(folder, 'feed.csv'), 'feed_id,source,id_type,id_no,name,sex,dob,town_code,address,phone,guardian_name,guardian_id,spouse_name,spouse_id', lines.map((line, n) => `${id(n)},${line}`));
  writeLines(join(folder, 'truth.csv'), 'feed_id,person_id', told.map((person, n) => `${id(n)},${person}`));
}

function writeLines(file: string, header: string, lines: readonly string[]): void {
  writeFileSync(file, `${header}\n`);
  for (let from = 0; from < lines.length; from += CHUNK) writeFileSync(file, `${lines.slice(from, from + CHUNK).join('\n')}\n`, { flag: 'a' });
}

/** People whom the register does not hold, made of those it holds and of those kept out. */
class Crowd {
  private next = 0;

  constructor(private readonly draw: Draw, private readonly inside: readonly Entry[], private readonly outside: readonly Entry[]) {}

  stranger(): Entry {
    const { draw } = this;
    const kind = draw.choose(KINDS) ?? 'random';
    const one = draw.of(this.inside), other = this.outside[this.next++ % this.outside.length]!;
    const alone = { person: '', former: '', household: '', father: '', mother: '', spouse: '' };
    const given = (like: { sex: string; birth: string }): string => this.given(like);
    switch (kind) {
      case 'random': return other;
      case 'namesake': return this.numbered({ ...other, ...alone, name: one.name, sex: one.sex, birth: draw.chance(0.4) ? daysFrom(`${one.birth.slice(0, 4)}-01-01`, draw.below(365)) : other.birth });
      case 'newborn': {
        const mother = this.someone((e) => e.sex === '2' && ageOf(e.birth) > 20 && ageOf(e.birth) < 40);
        const child = { ...mother, ...alone, sex: draw.of(['1', '2']), birth: daysFrom('2026-11-20', -draw.below(280)), mother: mother.id, father: mother.spouse, id: '' };
        return { ...child, name: surnameOf(mother) + given(child) };
      }
      case 'relative': {
        const sibling = { ...one, former: '', spouse: '', sex: draw.of(['1', '2']), birth: daysFrom(one.birth, (draw.chance(0.5) ? 1 : -1) * (500 + draw.below(2500))) };
        return this.numbered({ ...sibling, name: surnameOf(one) + given(sibling), address: draw.chance(0.7) ? one.address : other.address, phone: draw.chance(0.3) ? one.phone : other.phone });
      }
      case 'twin': {
        const child = this.someone((e) => ageOf(e.birth) < 25);
        const twin = { ...child, former: '', spouse: '', sex: draw.chance(0.7) ? child.sex : child.sex === '1' ? '2' : '1' };
        const [first, ...rest] = [...(nameParts(child.name).given)];
        const second = [...given(twin)].at(-1)!;
        return this.numbered({ ...twin, name: surnameOf(child) + (rest.length > 0 && rest.join('') !== second ? first! : '') + second });
      }
    }
  }

  private someone(fits: (one: Entry) => boolean): Entry {
    for (let tries = 0; tries < 1000; tries++) {
      const one = this.draw.of(this.inside);
      if (fits(one)) return one;
    }
    return this.inside[0]!;
  }

  /** In the fashion of their age. */
  private given({ sex, birth }: { sex: string; birth: string }): string {
    const like = this.someone((e) => e.sex === sex && Math.abs(ageOf(e.birth) - ageOf(birth)) < 8 && nameParts(e.name).given !== '');
    return nameParts(like.name).given || like.name;
  }

  /** A number that fits, of a county that does not exist and that the simulator does not use. */
  private numbered(entry: Entry): Entry {
    const order = 2 * this.draw.below(499) + (entry.sex === '1' ? 1 : 2);
    const first17 = `${(entry.id || '3703').slice(0, 4)}94${entry.birth.replaceAll('-', '')}${String(order).padStart(3, '0')}`;
    return { ...entry, id: first17 + checkCharacter(first17) };
  }
}

const surnameOf = ({ name }: Entry): string => nameParts(name).surname || name.slice(0, 1);

const [, program, rows, folder] = process.argv;
if (program === import.meta.filename) await make(Number(rows), folder!);
