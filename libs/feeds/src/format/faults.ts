import { HubError } from '#kernel';

/** Why a delivery as a whole cannot be read. The rule's name is the same in rejects, the planted truth and the docs. */
export type FileRule = 'file-empty' | 'file-columns' | 'file-encoding' | 'file-truncated' | 'file-bomb' | 'file-format';

const CODES: Record<FileRule, string> = {
  'file-empty': 'HUSHU-feeds-21',
  'file-columns': 'HUSHU-feeds-22',
  'file-encoding': 'HUSHU-feeds-23',
  'file-truncated': 'HUSHU-feeds-24',
  'file-bomb': 'HUSHU-feeds-25',
  'file-format': 'HUSHU-feeds-26',
};

const HINTS: Record<FileRule, { zh: string; en: string }> = {
  'file-empty': { zh: '请供数部门确认导出是否成功，重新报送。', en: 'Ask the supplier whether the export succeeded, and to deliver again.' },
  'file-columns': { zh: '请按数据源约定的列报送；若供数格式确已变更，先修改 feed.yaml。', en: 'Deliver the columns the feed contract names; if the supplier has changed them for good, change feed.yaml first.' },
  'file-encoding': { zh: '请按约定的编码重新导出；若编码确已变更，修改 feed.yaml 的 format.encoding。', en: 'Export again in the agreed encoding; if it has changed for good, change format.encoding in feed.yaml.' },
  'file-truncated': { zh: '文件不完整或已损坏，请重新传输并核对字节数。', en: 'The file is incomplete or damaged: transfer it again and compare its size.' },
  'file-bomb': { zh: '请核实文件来源；若数据量确实如此，调整 feed.yaml 的 format.limits。', en: 'Check where the file came from; if its size is genuine, raise format.limits in feed.yaml.' },
  'file-format': { zh: '请按约定格式重新导出，不加密码、不改后缀名。', en: 'Export again in the agreed format, without a password and without renaming another kind of file.' },
};

/** `details` holds counts, names of columns and limits, never a value of a row. */
export function fileFault(rule: FileRule, zh: string, en: string, details: Record<string, unknown> = {}, cause?: unknown): HubError {
  const hint = HINTS[rule];
  return new HubError({ code: CODES[rule], zh, en, hintZh: hint.zh, hintEn: hint.en, details: { rule, ...details }, cause });
}
