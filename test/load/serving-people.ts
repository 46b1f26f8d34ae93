import { once } from 'node:events';
import { checkCharacter } from '#kernel';
import { documentTokens, type Keys } from '#keys';
import { copyIn } from '#database';
import type pg from 'pg';

/** The i-th person of the load test: a number whose county was never given out. */
export function idNumberOf(i: number): string {
  const order = (i % 999) + 1;
  const day = Math.floor(i / 999);
  const born = new Date(Date.UTC(1950, 0, 1) + (day % 24_000) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const first = `3703${String(90 + Math.floor(day / 24_000)).padStart(2, '0')}${born}${String(order).padStart(3, '0')}`;
  return first + checkCharacter(first);
}

/** Share of people who have a facet, and their row: columns in the order given. */
interface Filled { table: string; share: number; columns: string[]; row(person: string, number: string, i: number): (string | null)[] }

const VERSION = ['person', 'known_from', 'source_run', 'valid_from'];
const version = (person: string): string[] => [person, '2025-01-02 00:00:00+00', '1', '2020-01-01'];
const dateOf = (number: string): string => `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
const town = (i: number): string => `370306${String(1 + (i % 10)).padStart(3, '0')}`;

const FACETS: Filled[] = [
  { table: 'person', share: 1, columns: ['person', 'kind', 'status', 'division', 'since_run'], row: (person, _number, i) => [person, 'registered', '1', town(i), '1'] },
  {
    table: 'registered_identity', share: 1, columns: [...VERSION, 'document', 'document_kind', 'name', 'sex', 'ethnicity', 'birth_date'],
    row: (person, number, i) => [...version(person), person, '111', `测${String.fromCharCode(0x4e00 + (i % 5000))}`, String(1 + (i % 2)), '01', dateOf(number)],
  },
  {
    table: 'registration_row', share: 1, columns: [...VERSION, 'status', 'household_no', 'relation_to_head', 'household_type', 'division', 'address', 'reason', 'since'],
    row: (person, _number, i) => [...version(person), '1', `H${Math.floor(i / 3)}`, '02', '10', town(i), `周村区丝绸路街道第${i % 997}号${i % 30}单元${i % 600}室`, '1', '2001-01-01'],
  },
  { table: 'residence_row', share: 0.8, columns: [...VERSION, 'division', 'address', 'since'], row: (person, _number, i) => [...version(person), town(i + 1), `周村区大街街道第${i % 997}号`, '2019-05-01'] },
  { table: 'marriage_row', share: 0.45, columns: [...VERSION, 'business', 'since', 'certificate_no', 'authority'], row: (person, _number, i) => [...version(person), 'IA', '2010-10-10', `J370306-2010-${i}`, '周村区民政局'] },
  { table: 'housing_row', share: 0.04, columns: [...VERSION, 'case_no', 'type', 'since', 'status'], row: (person, _number, i) => [...version(person), `B${i}`, '1', '2018-01-01', '1'] },
  { table: 'medical_insurance_row', share: 0.95, columns: [...VERSION, 'insurance_type', 'status', 'last_paid'], row: (person) => [...version(person), '310', '1', '2025-06-01'] },
  { table: 'health_row', share: 0.7, columns: [...VERSION, 'record_no', 'status'], row: (person, _number, i) => [...version(person), `R${i}`, '1'] },
];
const AT_ONCE = 5000;

/** Fills the registry's own tables with `people` people, as their deliveries would have. */
export async function fillRegistry(admin: pg.Client, keys: Keys, people: number): Promise<void> {
  await admin.query(`insert into registry.applied values (1, 'household-registration', '2025-01-01', '2025-01-02') on conflict do nothing`);
  for (const facet of FACETS) {
    const to = copyIn(admin, `copy registry.${facet.table} (${facet.columns.join(', ')}) from stdin`);
    for (let from = 0; from < people; from += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, people - from) }, (_, n) => idNumberOf(from + n));
      const tokens = documentTokens(keys, numbers.map((number) => ({ kind: '111', number })));
      let text = '';
      numbers.forEach((number, n) => {
        if ((from + n) % 100 >= facet.share * 100) return;
        text += `${facet.row(tokens[n]!, number, from + n).map((cell) => cell ?? '\\N').join('\t')}\n`;
      });
      if (!to.write(text)) await once(to, 'drain');
    }
    to.end();
    await once(to, 'finish');
  }
  await admin.query('vacuum analyze');
}
