import type { Work } from '../frame/command.js';
import { withCases } from './with-cases.js';

const HEADINGS = [{ zh: '编号', en: 'Id' }, { zh: '名称', en: 'Name' }, { zh: '英文名', en: 'English' }, { zh: '统一社会信用代码', en: 'Code' }, { zh: '状态', en: 'State' }];

export const add: Work<{ id: string; nameEn?: string; code?: string; hub?: boolean }> = ({ output, options, args }) => withCases(async ({ cases }) => {
  const name = args[0]!;
  const department = await cases.putDepartment({
    id: options.id, nameZh: name, nameEn: options.nameEn ?? name, ...(options.code !== undefined && { code: options.code }),
    ...(options.hub === true && { hub: true }),
  });
  output.data(department, department.id);
});

export const list: Work = ({ output }) => withCases(async ({ cases }) => {
  const departments = await cases.listDepartments();
  output.data(departments, () => output.table(HEADINGS, departments.map(({ id, nameZh, nameEn, code, state }) => [id, nameZh, nameEn, code ?? '', state])));
});
