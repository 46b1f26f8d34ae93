import { join } from 'node:path';
import type { FormatContract } from '#feeds';
import { isoDate } from '../calendar/days.js';
import { csvWriter } from '../file/csv.js';
import type { RowWriter } from '../file/row-writer.js';
import type { Block } from '../people/block.js';
import type { Person } from '../people/person.js';

const NOWHERE: RowWriter = { row() {}, broken() {}, close() {} };

/** What is really so, beside what the departments say of it. */
export class Truth {
  private readonly people: RowWriter;
  private readonly links: RowWriter;
  private readonly errors: RowWriter;
  private readonly residence: RowWriter;
  private readonly findings: RowWriter;
  readonly counts = { people: 0, links: 0, errors: 0, findings: 0 };

  /** @param write false: keep the counts and write nothing */
  constructor(folder: string, write: boolean) {
    const open = (name: string, columns: string): RowWriter => !write ? NOWHERE : csvWriter(join(folder, 'truth', name), { encoding: 'utf-8', delimiter: ',' } as FormatContract, columns.split(','));
    this.people = open('people.csv', 'person,id_number,name,sex,birth_date,registered,household_no,division');
    this.links = open('links.csv', 'feed,source_key,role,person');
    this.errors = open('errors.csv', 'feed,file,row,field,kind,rule');
    this.residence = open('residence.csv', 'person,day,residence,separation');
    this.findings = open('findings.csv', 'rule,person');
  }

  /** Everybody of the block as they are on the last day; `division` is where they live, else where they are registered. */
  block(block: Block): void {
    for (const p of block.people) {
      const registered = p.registration !== null && p.registration.status === '1';
      const place = p.home ?? (registered ? p.registration!.household.address : null);
      this.counts.people++;
      this.people.row([
        p.key, p.pending ? '' : p.id, p.name, String(p.sex), isoDate(p.birth), registered ? '1' : '0',
        registered ? p.registration!.household.no : '', place?.village.code ?? '',
      ]);
    }
  }

  link(feed: string, key: string, role: string, person: Person): void {
    this.counts.links++;
    this.links.row([feed, key, role, person.key]);
  }

  error(feed: string, file: string, row: number, field: string, kind: string, rule: string): void {
    this.counts.errors++;
    this.errors.row([feed, file, String(row), field, kind, rule]);
  }

  resides(person: Person, day: number, residence: string, separation: string): void {
    this.residence.row([person.key, String(day), residence, separation]);
  }

  finding(rule: string, person: Person): void {
    this.counts.findings++;
    this.findings.row([rule, person.key]);
  }

  close(): void {
    for (const file of [this.people, this.links, this.errors, this.residence, this.findings]) file.close();
  }
}
