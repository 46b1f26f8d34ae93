import type { SourceRecord } from './line.js';

/** Rows as suppliers of the district write them, with the values nobody asks about filled in. */

export function registered(key: string, number: string, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return {
    key, 公民身份号码: number, 姓名: name, 性别: '1', 民族: '01', 出生日期: '1980-01-01', 户号: 'H1', 与户主关系: '02', 户类型: '1', 户籍地区划: '370306001',
    户籍地址: '某路1号', 登记事由: '1', 登记日期: '2010-05-01', 人员状态: '1', 状态日期: '2010-05-01', ...more,
  };
}

export function insured(key: string, number: string | null, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return { key, 证件号码: number, 姓名: name, 性别: '1', 出生日期: '1980-01-01', 险种: '310', 参保状态: '1', 首次参保日期: '2015-01-01', ...more };
}

export function pensioned(key: string, number: string | null, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return { key, 证件号码: number, 姓名: name, 性别: '1', 出生日期: '1980-01-01', 险种: '110', 参保状态: '1', 最近缴费月: '2025-05-01', ...more };
}

export function onRecord(key: string, number: string | null, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return { key, 证件号码: number, 姓名: name, 性别: '1', 出生日期: '1980-01-01', 档案状态: '1', 建档日期: '2020-01-01', 居住区划: '370306002', ...more };
}

export function permitted(key: string, number: string, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return {
    key, 公民身份号码: number, 姓名: name, 性别: '1', 民族: '01', 出生日期: '1980-01-01', 居住地区划: '370306003', 居住地址: '某路2号', 首次申领日期: '2020-01-01', 证件状态: '1', ...more,
  };
}

export function residing(key: string, number: string | null, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return { key, 证件号码: number, 姓名: name, 性别: '1', 出生日期: '1980-01-01', 居住地区划: '370306004', 居住地址: '某路3号', 来本地日期: '2021-03-01', ...more };
}

export function married(key: string, husband: [number: string | null, name: string], wife: [number: string | null, name: string], more: Record<string, string | null> = {}): SourceRecord {
  return {
    key, 业务类型: 'IA', 登记日期: '2012-06-01', 登记机关: '民政局', 男方证件号码: husband[0], 男方姓名: husband[1], 男方出生日期: '1980-01-01',
    女方证件号码: wife[0], 女方姓名: wife[1], 女方出生日期: '1980-01-01', ...more,
  };
}

export function pupil(key: string, number: string | null, name: string, guardian: [number: string | null, name: string], more: Record<string, string | null> = {}): SourceRecord {
  return {
    key, 证件号码: number, 姓名: name, 性别: '1', 出生日期: '2014-01-01', 学年: '2024-2025', 学期: '1', 学校代码: 'S1', 学校名称: '一小', 年级: '4', 学籍状态: '1', 入学日期: '2020-09-01',
    监护人证件号码: guardian[0], 监护人姓名: guardian[1], ...more,
  };
}

export function born(key: string, name: string, mother: [number: string | null, name: string], father: [number: string | null, name: string], more: Record<string, string | null> = {}): SourceRecord {
  return { key, 证书状态: '1', 新生儿姓名: name, 性别: '1', 出生日期: '2025-01-02', 母亲证件号码: mother[0], 母亲姓名: mother[1], 父亲证件号码: father[0], 父亲姓名: father[1], 签发日期: '2025-01-03', ...more };
}

export function deceased(key: string, number: string | null, name: string, more: Record<string, string | null> = {}): SourceRecord {
  return { key, 证书状态: '1', 证件号码: number, 姓名: name, 性别: '1', 出生日期: '1980-01-01', 死亡日期: '2025-02-01', 签发日期: '2025-02-02', ...more };
}
