/** Rows of three of the district's feeds as their suppliers write them: cells by column. */
export type Cells = Record<string, string>;

/** Midnight (UTC) of a day of 2025, and that day's noon as a supplier's change stamp. */
export const at = (day: number, hour = 0): string => new Date(Date.UTC(2025, 0, 1 + day, hour)).toISOString();
export const stamp = (day: number): string => `${at(day).slice(0, 10).replaceAll('-', '')}120000`;
export const registered = (key: number, number: string, name: string, day: number, more: Cells = {}): Cells => ({
  人员编号: `R${key}`, 户号: 'H1', 公民身份号码: number, 姓名: name, 性别: '1', 民族: '01', 出生日期: '19800101', 与户主关系: '02', 户类型: '1', 户籍地区划: '370306001', 户籍地址: '某路1号',
  登记事由: '出生', 登记日期: '20100501', 人员状态: '正常', 状态日期: '20100501', 更新时间: stamp(day), 操作类型: '增', ...more,
});
export const insured = (key: number, number: string, name: string, more: Cells = {}): Cells => ({
  参保编号: `M${key}`, 证件类型: '01', 证件号码: number, 姓名: name, 性别: '1', 出生日期: '19800101', 险种: '职工', 参保状态: '1', 首次参保日期: '20100101', 最近缴费月: '202412', 参保地区划: '370306', ...more,
});
export const residing = (key: number, number: string, name: string, day: number, more: Cells = {}): Cells => ({
  登记编号: `L${key}`, 证件类型: '居民身份证', 证件号码: number, 姓名: name, 性别: '男', 出生日期: '19800101', 居住地区划: '370306100', 居住地址: '某街2号', 来本地日期: '20240301',
  更新时间: stamp(day), 操作类型: '增', ...more,
});
export const removed = (row: Cells): Cells => ({ ...row, 操作类型: '删' });
