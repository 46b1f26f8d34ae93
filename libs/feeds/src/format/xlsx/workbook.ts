import { fileFault } from '../faults.js';
import type { Archive } from './archive.js';
import { tagOf, type XmlHandler, XmlScan } from './xml-scan.js';

const [RELATIONSHIP, ID, TYPE, TARGET, MODE, SHEET, NAME, WORKBOOK_PR, DATE_1904] =
  ['Relationship', 'Id', 'Type', 'Target', 'TargetMode', 'sheet', 'name', 'workbookPr', 'date1904'].map(tagOf);
const SHEET_ID = tagOf('id');
/** Bytes of a part that lists other parts. */
const LIST_MOST = 4 << 20;

/** Where the parts of a workbook lie in its archive. */
export interface Workbook { sheet: string; strings: string | null; styles: string | null; from1904: boolean }

interface Relation { id: string; type: string; target: string }

/** @param wanted the sheet's name; the first sheet when undefined */
export async function findSheet(archive: Archive, wanted: string | undefined): Promise<Workbook> {
  const roots = archive.has('_rels/.rels') ? await relationsOf(archive, '_rels/.rels', '') : [];
  const main = roots.find((relation) => relation.type === 'officeDocument')?.target ?? 'xl/workbook.xml';
  if (!archive.has(main)) throw fileFault('file-format', '文件不是 XLSX 工作簿。', 'The archive is not an XLSX workbook.');
  const [folder, name] = [main.slice(0, main.lastIndexOf('/') + 1), main.slice(main.lastIndexOf('/') + 1)];
  const relations = await relationsOf(archive, `${folder}_rels/${name}.rels`, folder);

  const sheets: { name: string; id: string }[] = [];
  let from1904 = false;
  await scan(archive, main, {
    open: (tag, xml) => {
      if (tag === SHEET) sheets.push({ name: xml.string(NAME) ?? '', id: xml.string(SHEET_ID) ?? '' });
      else if (tag === WORKBOOK_PR) from1904 = ['1', 'true'].includes(xml.string(DATE_1904) ?? '');
    },
    close: () => undefined,
    text: () => undefined,
  });
  const sheet = wanted === undefined ? sheets[0] : sheets.find((one) => one.name === wanted);
  const target = sheet && relations.find((relation) => relation.id === sheet.id)?.target;
  if (!target) {
    const names = sheets.map((one) => one.name).slice(0, 50);
    throw fileFault('file-format', `没有名为“${wanted ?? ''}”的工作表，现有：${names.join('、')}。`, `There is no sheet named "${wanted ?? ''}"; there are: ${names.join(', ')}.`, { wanted: wanted ?? null, sheets: names });
  }
  const part = (type: string) => relations.find((relation) => relation.type === type && archive.has(relation.target))?.target ?? null;
  return { sheet: target, strings: part('sharedStrings'), styles: part('styles'), from1904 };
}

/** Reads a small part whole through a handler. */
async function scan(archive: Archive, name: string, handler: XmlHandler): Promise<void> {
  const xml = new XmlScan(handler);
  let size = 0;
  for await (const chunk of archive.bytes(name)) {
    size += chunk.length;
    if (size > LIST_MOST) throw fileFault('file-bomb', '工作簿目录超过上限。', 'The workbook lists more than it may.', { limit: LIST_MOST });
    xml.push(chunk);
  }
  xml.end();
}

async function relationsOf(archive: Archive, name: string, folder: string): Promise<Relation[]> {
  const relations: Relation[] = [];
  await scan(archive, name, {
    open: (tag, xml) => {
      if (tag !== RELATIONSHIP || xml.string(MODE) === 'External') return;
      const type = xml.string(TYPE) ?? '';
      relations.push({ id: xml.string(ID) ?? '', type: type.slice(type.lastIndexOf('/') + 1), target: resolve(folder, xml.string(TARGET) ?? '') });
    },
    close: () => undefined,
    text: () => undefined,
  });
  return relations;
}

/** A part's name from where it is spoken of; it can only name an entry of the same archive. */
function resolve(folder: string, target: string): string {
  if (target.startsWith('/')) return target.slice(1);
  const parts = folder.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
