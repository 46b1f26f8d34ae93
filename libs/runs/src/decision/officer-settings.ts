import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { RELEASE_PEOPLE } from './decide.js';

/** What a district says of its officers, in `settings/officers.yaml`. */
export interface OfficerSettings {
  /** `people`: how many different people release a held run, 1 to 9. Default 2. */
  release: { people: number };
}

const MOST_PEOPLE = 9;

/** Reads a district's folder; what its file does not say takes its default. Throws HUSHU-RUNS-14 with every fault and its line. */
export function readOfficerSettings(folder: string): OfficerSettings {
  const path = join(folder, 'settings', 'officers.yaml');
  if (!existsSync(path)) return { release: { people: RELEASE_PEOPLE } };
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);
  const faults = document.errors.map((error) => ({ line: lineAt(error.pos[0]), zh: `YAML 语法错误:${error.message}`, en: `YAML: ${error.message}` }));
  const keysOf = (at: string[], allowed: string[]): void => {
    const node = at.length === 0 ? document.contents : document.getIn(at, true);
    if (node === null || node === undefined) return;
    if (!isMap(node)) return void faults.push({ line: lineAt((node as { range?: [number] }).range?.[0]), zh: `${at.join('.')} 应为键值`, en: `${at.join('.') || 'the file'} must be a map` });
    for (const { key } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (!allowed.includes(name)) faults.push({ line: lineAt((key as { range?: [number] }).range?.[0]), zh: `${[...at, name].join('.')}:没有这个键`, en: `${[...at, name].join('.')}: there is no such key` });
    }
  };
  let people: unknown = RELEASE_PEOPLE;
  if (faults.length === 0) {
    keysOf([], ['release']);
    keysOf(['release'], ['people']);
    const node = isMap(document.contents) && isMap(document.get('release', true)) ? document.getIn(['release', 'people'], true) : undefined;
    if (node !== undefined) people = isScalar(node) ? node.value : undefined;
    if (!Number.isInteger(people) || (people as number) < 1 || (people as number) > MOST_PEOPLE) {
      faults.push({ line: lineAt((node as { range?: [number] } | undefined)?.range?.[0]), zh: `release.people:应为 1 到 ${MOST_PEOPLE} 的整数`, en: `release.people: must be a whole number from 1 to ${MOST_PEOPLE}` });
    }
  }
  if (faults.length === 0) return { release: { people: people as number } };
  throw new HubError({
    code: 'HUSHU-RUNS-14', zh: `经办人设置有误:\n${faults.map((fault) => `${path}:${fault.line} ${fault.zh}`).join('\n')}`,
    en: `The settings of officers are wrong:\n${faults.map((fault) => `${path}:${fault.line} ${fault.en}`).join('\n')}`,
    hintZh: '例如 release: { people: 2 }', hintEn: 'Such as release: { people: 2 }', details: { faults: faults.map(({ line }) => line) },
  });
}
