import type { YamlFile } from './yaml-file.js';

export interface DepartmentEntry { id: string; nameZh: string; nameEn: string; code?: string; hub: boolean }

/** Reads one department; undefined when it has faults, which stand in the file's list. */
export function readDepartment(file: YamlFile): DepartmentEntry | undefined {
  if (!file.readable) return undefined;
  const id = file.text(['department'], /^[a-z][a-z0-9-]{1,62}$/);
  if (id !== undefined && id !== file.stem) file.fault(['department'], 'name', `与文件名 ${file.stem} 不符`, `differs from the file's name ${file.stem}`);
  const title = file.words(['title']);
  const code = file.has(['code']) ? file.text(['code'], /^[0-9A-Z]{18}$/) : undefined;
  const hub = file.has(['hub']) && file.flag(['hub']) === true;
  file.close();
  if (file.faults.length > 0 || id === undefined || title === undefined) return undefined;
  return { id, nameZh: title.zh, nameEn: title.en, hub, ...(code !== undefined && { code }) };
}
