import { nameParts, pinyinKey } from '#kernel';

/** A person as the register has them, or would have them. Dates YYYY-MM-DD; nothing is ''. */
export interface Entry {
  person: string; id: string; name: string; former: string; sex: string; birth: string; household: string; town: string; address: string; phone: string;
  father: string; mother: string; spouse: string;
}

/** A feed's row, without its number. */
export interface FeedRow {
  source: string; idType: string; id: string; name: string; sex: string; birth: string; town: string; address: string; phone: string;
  guardianName: string; guardianId: string; spouseName: string; spouseId: string;
}

/** Chance, and what it picks. */
export class Draw {
  constructor(private readonly random: () => number) {}
  chance(share: number): boolean { return this.random() < share; }
  /** 0 … n - 1. */
  below(n: number): number { return Math.floor(this.random() * n); }
  of<T>(list: readonly T[]): T { return list[this.below(list.length)]!; }
  /** One of the choices by its share, or none. */
  choose<T>(choices: readonly (readonly [share: number, value: T])[]): T | null {
    let at = this.random();
    for (const [share, value] of choices) if ((at -= share) < 0) return value;
    return null;
  }
}

const TODAY = '2026-11-20';
const TRADITIONAL = new Map([...'张張刘劉陈陳杨楊赵趙孙孫马馬吴吳国國华華军軍伟偉强強兰蘭红紅丽麗云雲庆慶东東兴興宝寶树樹贵貴学學'.matchAll(/(.)(.)/gu)].map(([, one, other]) => [one!, other!]));

export const ageOf = (birth: string): number => Number(TODAY.slice(0, 4)) - Number(birth.slice(0, 4));

/** Some days later, or before. */
export const daysFrom = (date: string, days: number): string => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** Characters that sound the same, of those the names are made of. */
export function soundsOf(entries: readonly Entry[]): Map<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const one of new Set(entries.flatMap(({ name }) => [...(nameParts(name).given)]))) {
    const sound = pinyinKey(one);
    groups.set(sound, (groups.get(sound) ?? new Set()).add(one));
  }
  return new Map([...groups.values()].flatMap((group) => [...group].map((one) => [one, [...group].filter((other) => other !== one)] as const)).filter(([, others]) => others.length > 0));
}

/** What a department writes of somebody: mostly right, at about the rates of a moderately careless office. */
export class Office {
  /** @param neighbours whom values may be mixed up with @param kin by id */
  constructor(private readonly draw: Draw, private readonly sounds: ReadonlyMap<string, string[]>, private readonly neighbours: readonly Entry[], private readonly kin: ReadonlyMap<string, Entry>) {}

  write(entry: Entry, source: string): FeedRow {
    const { draw } = this;
    const [town, address] = this.address(entry);
    const row: FeedRow = {
      source, idType: '111', id: this.id(entry), name: this.name(entry), sex: draw.choose([[0.03, ''], [0.004, entry.sex === '1' ? '2' : '1']]) ?? entry.sex, birth: this.birth(entry.birth),
      town, address, phone: this.phone(entry), guardianName: '', guardianId: '', spouseName: '', spouseId: '',
    };
    const guardian = ageOf(entry.birth) < 18 && draw.chance(0.8) ? this.kin.get(draw.chance(0.6) ? entry.mother : entry.father) : undefined;
    if (guardian) [row.guardianName, row.guardianId] = [guardian.name, draw.chance(0.8) ? guardian.id : ''];
    const spouse = draw.chance(source === 'HY' ? 0.95 : 0.05) ? this.kin.get(entry.spouse) : undefined;
    if (spouse) [row.spouseName, row.spouseId] = [spouse.name, spouse.id];
    return row;
  }

  /** The first six characters stay: they are what makes a number impossible. */
  private id(entry: Entry): string {
    const { draw } = this;
    const { id } = entry;
    if (id === '') return '';
    const at = 6 + draw.below(11);
    const relatives = [entry.mother, entry.father, entry.spouse].filter((one) => one !== '');
    const written = draw.choose<() => string>([
      [0.034, () => (entry.birth < '2000' ? id.slice(0, 6) + id.slice(8, 17) : id)],
      [0.09, () => ''],
      [0.003, () => draw.of(['000000000000000000', '无', '111111111111111111'])],
      [0.02, () => id.slice(0, at) + String((Number(id[at]) + 1 + draw.below(9)) % 10) + id.slice(at + 1)],
      [0.01, () => id.slice(0, at) + id[at + 1]! + id[at]! + id.slice(at + 2)],
      [0.03, () => draw.of([`${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`, id.toLowerCase(), ` ${id}`, `${id}.`])],
      [0.008, () => (relatives.length > 0 ? draw.of(relatives) : id)],
      [0.003, () => draw.of(this.neighbours).id],
      [0.01, () => `${id.slice(0, 6)}********${id.slice(14)}`],
    ]);
    return written === null ? id : written();
  }

  private name(entry: Entry): string {
    const { draw } = this;
    const { name, former } = entry;
    if (former !== '' && draw.chance(0.2)) return former;
    const { surname, given } = nameParts(name);
    const letters = [...name];
    const last = letters.length - 1;
    const change = (table: (letter: string) => string | undefined, from: number): string => {
      const places = letters.map((_, at) => at).filter((at) => at >= from && table(letters[at]!) !== undefined);
      if (places.length === 0) return name;
      const at = draw.of(places);
      return [...letters.slice(0, at), table(letters[at]!), ...letters.slice(at + 1)].join('');
    };
    const written = draw.choose<() => string>([
      [0.02, () => change((one) => { const same = this.sounds.get(one); return same && draw.of(same); }, [...surname].length)],
      [0.003, () => `${draw.of(this.neighbours).name.slice(0, 1)}${given || name}`],
      [0.002, () => (letters.length === 3 ? letters[0]! + letters[2]! + letters[1]! : name)],
      [0.002, () => (last > 1 ? letters.slice(0, last).join('') : name)],
      [0.004, () => [...letters.slice(0, last), draw.of(['?', '□', '？'])].join('')],
      [0.007, () => change((one) => TRADITIONAL.get(one), 0)],
      [0.01, () => draw.of([`${letters[0]!} ${letters.slice(1).join('')}`, `${name}(${entry.sex === '1' ? '男' : '女'})`, `${name}1`, ` ${name} `])],
      [0.008, () => change(() => draw.of([...draw.of(this.neighbours).name].slice(-1)), 1)],
    ]);
    return written === null ? name : written();
  }

  private birth(birth: string): string {
    const { draw } = this;
    const at = draw.of([3, 6, 8, 9]);
    const written = draw.choose<() => string>([
      [0.02, () => ''],
      [0.004, () => `${birth.slice(0, 4)}-01-01`],
      [0.01, () => daysFrom(birth, -20 - draw.below(30))],
      [0.003, () => (birth.slice(8) <= '12' ? `${birth.slice(0, 5)}${birth.slice(8)}-${birth.slice(5, 7)}` : birth)],
      [0.009, () => birth.slice(0, at) + String((Number(birth[at]) + 1) % 10) + birth.slice(at + 1)],
      [0.003, () => birth.slice(0, 4)],
      [0.1, () => birth.replaceAll('-', '')],
    ]);
    return written === null ? birth : written();
  }

  private address(entry: Entry): [town: string, address: string] {
    const { draw } = this;
    if (draw.chance(0.1)) return [draw.chance(0.5) ? entry.town : '', ''];
    const { town, address } = draw.chance(0.145) ? draw.of(this.neighbours) : entry;
    const written = draw.choose<() => string>([
      [0.2, () => address.replace(/^.*?省/, '')],
      [0.15, () => address.replace(/^.*?省.*?市/, '')],
      [0.06, () => address.replace('号楼', '＃楼')],
      [0.06, () => address.replace(/号楼(\d+)单元(\d+)室/, '-$1-$2')],
      [0.05, () => address.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))],
    ]);
    return [draw.chance(0.9) ? town : '', written === null ? address : written()];
  }

  private phone(entry: Entry): string {
    const { draw } = this;
    const { phone } = entry;
    const relative = this.kin.get(draw.of([entry.mother, entry.father, entry.spouse]));
    const written = draw.choose<() => string>([
      [0.245, () => ''],
      [0.147, () => draw.of(this.neighbours).phone],
      [0.05, () => relative?.phone ?? phone],
      [0.009, () => (phone === '' ? '' : phone.slice(0, 8) + String((Number(phone[8]) + 1 + draw.below(9)) % 10) + phone.slice(9))],
    ]);
    return written === null ? phone : written();
  }
}
