import { HubError } from '#kernel';

/** Why a table file, or what is read from it, cannot be used. */
export type TableRule = 'unreadable' | 'other-kind' | 'empty' | 'header' | 'encoding' | 'damaged' | 'row' | 'no-column' | 'column-type' | 'truth';

const FAULTS: Record<TableRule, { code: string; hintZh: string; hintEn: string }> = {
  unreadable: { code: 'HUSHU-LINKAGE-21', hintZh: '检查路径与权限；须是普通文件，读取期间不得改动。', hintEn: 'Check the path and its permissions; it must be a plain file that nobody writes to meanwhile.' },
  'other-kind': { code: 'HUSHU-LINKAGE-22', hintZh: '另存为 CSV、TSV（可用 gzip 压缩）或 Parquet 后再试。', hintEn: 'Save it as CSV or TSV (gzip is fine) or as Parquet, then try again.' },
  empty: { code: 'HUSHU-LINKAGE-23', hintZh: '确认导出是否成功：文件须有表头行和至少一行数据。', hintEn: 'See whether the export succeeded: a header line and at least one row are needed.' },
  header: { code: 'HUSHU-LINKAGE-24', hintZh: '第一行须是表头，每列一个不重复的列名。', hintEn: 'The first line must be the header, with one name a column and no name twice.' },
  encoding: { code: 'HUSHU-LINKAGE-25', hintZh: '以 UTF-8（或 GB18030）重新导出整个文件。', hintEn: 'Export the whole file again as UTF-8 (or GB18030).' },
  damaged: { code: 'HUSHU-LINKAGE-26', hintZh: '文件不完整或已损坏：重新复制或导出，并核对字节数。', hintEn: 'The file is incomplete or damaged: copy or export it again and compare its size.' },
  row: { code: 'HUSHU-LINKAGE-27', hintZh: '改正这一行（含分隔符、引号或换行的值须加双引号，值内的引号写两个）后再试。', hintEn: 'Mend that row (a value with separators, quotes or line breaks stands in double quotes, a quote inside it is doubled), then try again.' },
  'no-column': { code: 'HUSHU-LINKAGE-28', hintZh: '改正模型或命令中的列名，使之与文件表头一致。', hintEn: 'Correct the column name in the model or the command so that it is one of the file.' },
  'column-type': { code: 'HUSHU-LINKAGE-29', hintZh: '导出时把该列展开为普通的文本、数字或日期列。', hintEn: 'Export that column flattened, as plain text, numbers or dates.' },
  truth: { code: 'HUSHU-LINKAGE-30', hintZh: '改正真值文件：每条记录只能有一个说法。', hintEn: 'Correct the truth file: it must say one thing about a record.' },
};

/** `details` holds counts, names of columns and row numbers, never a value of a row. */
export function tableFault(rule: TableRule, file: string, zh: string, en: string, details: Record<string, unknown> = {}, cause?: unknown): HubError {
  const { code, hintZh, hintEn } = FAULTS[rule];
  return new HubError({ code, zh: `${file}：${zh}`, en: `${file}: ${en}`, hintZh, hintEn, details: { rule, file, ...details }, cause });
}

/** Places of the asked columns among those a file has. */
export function placesOf(file: string, has: readonly string[], asked: readonly string[]): number[] {
  const missing = asked.filter((column) => !has.includes(column));
  if (missing.length > 0) {
    throw tableFault('no-column', file, `没有列 ${missing.join('、')}；文件的列是 ${has.join('、')}。`,
      `there is no column ${missing.join(', ')}; its columns are ${has.join(', ')}.`, { missing, columns: has });
  }
  return asked.map((column) => has.indexOf(column));
}
