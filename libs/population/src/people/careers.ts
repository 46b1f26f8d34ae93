import { civil } from '../calendar/days.js';
import type { Block } from './block.js';
import type { Person, Work } from './person.js';
import { stirred, stirredPick } from './stirred.js';

/** What everybody learned and does. Schooling follows the time of birth. */
export function giveCareers(block: Block): void {
  for (const p of block.people) giveCareer(block, p, block.world.start);
}

export function giveCareer(block: Block, p: Person, day: number): void {
  const age = (day - p.birth) / 365.25;
  p.education = education(p, age);
  p.work = work(block, p, age);
  p.employer = p.work === 'employee' || p.work === 'public' || p.work === 'retired-employee' || p.work === 'retired-public' ? stirredPick(p, 41, employers(block)) : -1;
}

/** One employer for forty people or so. */
const employers = (block: Block): number => Math.max(12, Math.floor(block.world.people / 40));

function education(p: Person, age: number): string {
  const x = stirred(p, 42);
  const year = civil(p.birth).year;
  if (age < 6) return '';
  if (age < 12.5) return '80';
  if (age < 16) return '70';
  if (age < 19) return x < 0.62 ? '60' : x < 0.95 ? '40' : '70';
  if (year < 1940) return x < 0.45 ? '90' : x < 0.85 ? '80' : x < 0.96 ? '70' : '60';
  if (year < 1955) return x < 0.2 ? '90' : x < 0.65 ? '80' : x < 0.9 ? '70' : x < 0.98 ? '60' : '30';
  if (year < 1970) return x < 0.05 ? '90' : x < 0.25 ? '80' : x < 0.72 ? '70' : x < 0.9 ? '60' : x < 0.94 ? '40' : x < 0.98 ? '30' : '20';
  if (year < 1985) return x < 0.05 ? '80' : x < 0.55 ? '70' : x < 0.7 ? '60' : x < 0.8 ? '40' : x < 0.91 ? '30' : x < 0.99 ? '20' : '10';
  return x < 0.02 ? '80' : x < 0.3 ? '70' : x < 0.42 ? '60' : x < 0.56 ? '40' : x < 0.78 ? '30' : x < 0.96 ? '20' : '10';
}

function work(block: Block, p: Person, age: number): Work {
  const x = stirred(p, 43);
  const schooled = p.education === '20' || p.education === '30' || p.education === '10';
  if (age < 6) return 'child';
  if (age < 16) return 'pupil';
  if (age < 19) return x < 0.9 ? 'student' : 'employee';
  if (age < 22 && schooled) return 'student';
  const retires = p.sex === 1 ? 60.5 : schooled ? 55.5 : 52;
  const employed = block.urban ? 0.58 : 0.34;
  const publicly = schooled ? 0.16 : 0.03;
  if (age >= retires) return x < publicly ? 'retired-public' : x < employed * 0.85 ? 'retired-employee' : age < 68 && x > 0.9 ? 'farmer' : 'retired-resident';
  if (x < publicly) return 'public';
  if (x < employed) return 'employee';
  if (x < employed + 0.14) return 'self';
  return block.urban ? (x > 0.93 ? 'none' : 'self') : x > 0.95 ? 'none' : 'farmer';
}

const FIRST = ['鑫源', '宏达', '恒通', '瑞丰', '金鼎', '泰和', '华盛', '天宇', '永兴', '盛泰', '德润', '正大', '兴华', '光明', '齐鲁', '蓝天', '长城', '东岳', '和顺', '广源', '隆昌', '新世纪', '福瑞', '众诚', '海韵', '百顺', '嘉禾', '诚信', '博雅', '万通'];
const TRADE = ['纺织', '机械', '建材', '化工', '食品', '物流', '商贸', '家具', '印染', '电子', '建筑', '餐饮', '汽车服务', '物业', '包装', '金属制品', '耐火材料', '农业科技'];
const FORM = ['有限公司', '有限公司', '有限公司', '股份有限公司', '厂', '合作社', '中心'];
const OFFICE = ['人民政府办公室', '教育和体育局', '卫生健康局', '民政局', '自然资源局', '市场监督管理局', '财政局', '人民医院', '实验学校', '第一中学', '农业农村局', '住房和城乡建设局'];

/** Names of employers, by number; none is anybody's. */
export function employerName(p: Person): string {
  if (p.employer < 0) return '';
  if (p.work === 'public' || p.work === 'retired-public') return OFFICE[p.employer % OFFICE.length];
  const e = p.employer;
  return FIRST[e % 30] + TRADE[Math.floor(e / 30) % 18] + FORM[(e * 3 + Math.floor(e / 540)) % 7] + (e >= 540 ? `第${Math.floor(e / 540)}分公司` : '');
}
