import type { FieldContract } from '#feeds';
import { checkCharacter } from '#kernel';
import type { Planted, SpoiledRow, Spoiler } from './spoiled-row.js';

const CITIZEN = /^\d{17}[\dX]$/;
const rejects = (field: FieldContract): boolean => field.on_fail === 'reject';

/** Puts a value into a field of a type; a field that only warns keeps its row, so it must cause nothing. */
function inField(salt: number, type: FieldContract['type'], rule: string, change: (value: string, row: SpoiledRow) => string | null, fits: (field: FieldContract, value: string) => boolean = rejects) {
  return (row: SpoiledRow): Planted | null => {
    const found = row.field(salt, (field, value) => field.type === type && fits(field, value));
    if (found === null) return null;
    const value = change(row.values[found.at], row);
    if (value === null || !row.put(found.at, value)) return null;
    return { field: found.field.column, rule: rejects(found.field) ? rule : '' };
  };
}

const citizen = (field: FieldContract, value: string): boolean => field.type === 'document' && CITIZEN.test(value);
const citizenRejected = (field: FieldContract, value: string): boolean => rejects(field) && CITIZEN.test(value) && value[0] !== '8' && value[0] !== '9';

function otherCheck(id: string): string {
  return id.slice(0, 17) + (id[17] === '5' ? '8' : '5');
}

function recheck(first17: string): string {
  return first17 + checkCharacter(first17);
}

/** Everything that must throw a row out, and the same mistakes where a contract only warns. */
export const REJECTED: Spoiler[] = [
  { kind: 'id-check', weight: 10, spoil: inField(1, 'document', 'citizen-id-check', otherCheck, citizenRejected) },
  { kind: 'id-check-warned', weight: 2, spoil: inField(2, 'document', '', otherCheck, (f, v) => citizen(f, v) && f.on_fail === 'warn') },
  { kind: 'id-date', weight: 5, spoil: inField(3, 'document', 'citizen-id-date', (id) => recheck(`${id.slice(0, 10)}13${id.slice(12, 17)}`), citizenRejected) },
  { kind: 'id-short', weight: 4, spoil: inField(4, 'document', 'citizen-id-shape', (id) => id.slice(0, 17), citizenRejected) },
  { kind: 'id-masked', weight: 3, spoil: inField(5, 'document', 'citizen-id-shape', (id) => `${id.slice(0, 6)}********${id.slice(14)}`, citizenRejected) },
  { kind: 'id-placeholder', weight: 3, spoil: inField(6, 'document', 'citizen-id-shape', (_id, row) => ['无', '999999999999999999', '不详'][row.draw(3, 6)], citizenRejected) },
  { kind: 'date-impossible', weight: 6, spoil: inField(7, 'date', 'date-real', (date, row) => date.slice(0, 4) + ['0230', '1301', '0431', '0000'][row.draw(4, 7)]) },
  { kind: 'date-garbled', weight: 3, spoil: inField(8, 'date', 'date-shape', (date) => date.slice(0, 5)) },
  { kind: 'date-future', weight: 3, spoil: inField(9, 'date', 'date-future', (date) => `2099${date.slice(4) === '0229' ? '0228' : date.slice(4)}`, (f) => rejects(f) && f.future !== true) },
  { kind: 'date-warned', weight: 1, spoil: inField(10, 'date', '', (date) => `${date.slice(0, 4)}0230`, (f) => f.on_fail === 'warn') },
  { kind: 'month-garbled', weight: 2, spoil: inField(11, 'month', 'month-shape', (month) => month.slice(0, 4)) },
  { kind: 'month-impossible', weight: 2, spoil: inField(12, 'month', 'date-real', (month) => `${month.slice(0, 4)}13`) },
  { kind: 'stamp-garbled', weight: 2, spoil: inField(13, 'stamp', 'stamp-shape', (stamp) => stamp.slice(0, 10)) },
  { kind: 'code-unmapped', weight: 8, spoil: inField(14, 'code', 'code-unmapped', () => '~') },
  { kind: 'code-warned', weight: 2, spoil: inField(15, 'code', '', () => '~', (f) => f.on_fail === 'warn' && !/证件类型/.test(f.column)) },
  { kind: 'division-unknown', weight: 3, spoil: inField(16, 'division', 'division-unknown', () => '999999') },
  { kind: 'name-unreadable', weight: 2, spoil: inField(17, 'name', 'name-shape', () => '123', (f) => rejects(f) && f.required) },
  { kind: 'text-too-long', weight: 2, spoil: inField(18, 'text', 'text-length', (text, row) => (row.sheet.widths ? null : text + '长'.repeat(130)), (f) => rejects(f) && (f.max ?? 500) <= 120 && f.max! >= 12) },
  { kind: 'number-garbled', weight: 1, spoil: inField(19, 'decimal', 'number-shape', () => '东经') },
  { kind: 'number-warned', weight: 2, spoil: inField(20, 'decimal', '', (value) => `${value}度`, (f) => f.on_fail === 'warn') },
  { kind: 'value-missing', weight: 8, spoil: missing },
  {
    kind: 'operation-unknown', weight: 2, spoil: (row) => {
      const column = row.sheet.contract.operation?.field;
      const at = row.sheet.at(column);
      return at >= 0 && row.put(at, '修') ? { field: column!, rule: 'operation-unknown' } : null;
    },
  },
  { kind: 'line-broken', weight: 4, manner: 'broken', spoil: (row) => ({ field: '', rule: row.sheet.contract.format.kind === 'ndjson' ? 'row-syntax' : 'row-columns' }) },
  { kind: 'row-twice', weight: 8, manner: 'duplicate', spoil: () => ({ field: '', rule: 'duplicate' }) },
  { kind: 'key-twice', weight: 4, manner: 'contested', spoil: (row) => contested(row) },
];

/** A required value left out. A number's kind is left alone: without it the number cannot be judged either. */
function missing(row: SpoiledRow): Planted | null {
  const found = row.field(21, (field) => field.required);
  if (found === null) return null;
  row.values[found.at] = '';
  return { field: found.field.column, rule: rejects(found.field) ? 'required' : '' };
}

/** The second of two rows with one key says something else, in a column that takes anything. */
function contested(row: SpoiledRow): Planted | null {
  const found = row.field(22, (field) => field.type === 'name') ?? row.field(22, (field, value) => (field.type === 'text' && (field.max ?? 500) > value.length + 1 && field.column !== row.sheet.contract.operation?.field) || field.type === 'address');
  if (found === null || !row.fits(found.at, `${row.values[found.at]}一`)) return null;
  row.values[found.at] += '一';
  return { field: '', rule: 'key-contested' };
}
