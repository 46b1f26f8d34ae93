import { strToU8, zipSync, type Zippable } from 'fflate';

const TYPES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook put together by hand, for what no writer writes. */
export function workbook(sheet: string | Uint8Array, parts: { strings?: string | Uint8Array; styles?: string } = {}): Uint8Array {
  const files: Zippable = {
    '_rels/.rels': strToU8(`<Relationships><Relationship Id="r1" Type="${TYPES}/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
    'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="名册" sheetId="1" r:id="s1"/></sheets></workbook>'),
    'xl/_rels/workbook.xml.rels': strToU8(`<Relationships>
      <Relationship Id="s1" Type="${TYPES}/worksheet" Target="worksheets/sheet1.xml"/>
      <Relationship Id="s2" Type="${TYPES}/sharedStrings" Target="/xl/sharedStrings.xml"/>
      <Relationship Id="s3" Type="${TYPES}/styles" Target="styles.xml"/></Relationships>`),
    'xl/worksheets/sheet1.xml': bytesOf(sheet),
  };
  if (parts.strings !== undefined) files['xl/sharedStrings.xml'] = bytesOf(parts.strings);
  if (parts.styles !== undefined) files['xl/styles.xml'] = strToU8(parts.styles);
  return zipSync(files, { level: 6 });
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? strToU8(content) : content;
}

export function sheetOf(...rows: string[]): string {
  return `<?xml version="1.0"?><worksheet><sheetData>${rows.map((row) => `<row>${row}</row>`).join('')}</sheetData></worksheet>`;
}

/** Cells as inline strings. */
export function inline(...cells: string[]): string {
  return cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('');
}
