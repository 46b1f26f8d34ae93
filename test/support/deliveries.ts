import { checkCharacter } from '#kernel';
import { encodeGb18030 } from './gb18030.js';

export const MEDICAL = 'medical-insurance';

/** The columns of the medical insurance feed, as its supplier writes them. */
export const INSURED = [
  '参保编号', '证件类型', '证件号码', '姓名', '性别', '出生日期', '险种', '参保状态', '参保单位', '首次参保日期', '最近缴费月', '参保地区划', '联系地址', '联系电话',
] as const;

type Cells = Partial<Record<(typeof INSURED)[number], string>>;

/** An id number of a county that never gave out one, right in itself. */
export function idNumber(n: number, birth = '19800101'): string {
  const first17 = `370399${birth}${String(n).padStart(3, '0')}`;
  return first17 + checkCharacter(first17);
}

/** Number n of the insured, a man, unless told otherwise. */
export function insuredRow(n: number, cells: Cells = {}): string[] {
  const row: Cells = {
    参保编号: `YB${String(n).padStart(8, '0')}`, 证件类型: '01', 证件号码: idNumber(n * 2 + 1), 姓名: `王${'春夏秋冬东西南北'[n % 8]}${'一二三四五六七八九十'[n % 10]}`, 性别: '1',
    出生日期: '19800101', 险种: '职工', 参保状态: '1', 首次参保日期: '20100101', 最近缴费月: '202505', 参保地区划: '370306', ...cells,
  };
  return INSURED.map((column) => row[column] ?? '');
}

export const insuredRows = (count: number): string[][] => Array.from({ length: count }, (_, n) => insuredRow(n));

export function csvOf(rows: readonly (readonly string[])[], columns: readonly string[] = INSURED): string {
  return [columns, ...rows].map((cells) => cells.join(',')).join('\n') + '\n';
}

/** A delivery of the same rows where the fourth is contradicted, the eighth repeated and the tenth repeated in other words. */
export function contestedFile(rows: readonly string[][]): Buffer {
  const [contradicted, repeated, otherwise] = [rows[3]!, rows[7]!, rows[9]!];
  const said = (row: readonly string[], column: (typeof INSURED)[number], cell: string): string[] => row.with(INSURED.indexOf(column), cell);
  return insuredFile([said(contradicted, '参保单位', '某厂'), ...rows, repeated, said(otherwise, '联系电话', ' ')]);
}

/** As the Medical Security Bureau's system writes it. */
export const insuredFile = (rows: readonly (readonly string[])[]): Buffer => encodeGb18030(csvOf(rows));
