/**
 * npm run bench -- formats [--rows N]: rows a second of each format, from bytes in memory to cells, nothing behind it.
 * A row is what the medical-insurance feed has: 14 columns, some 150 bytes in GB18030. The best of five passes.
 */
import { strToU8, zipSync } from 'fflate';
import { decoderOf, formatOf, LineSplitter, type ByteSource, type FormatContract, type RowSink } from '#feeds';

const COLUMNS = ['参保编号', '证件类型', '证件号码', '姓名', '性别', '出生日期', '险种', '参保状态', '参保单位', '首次参保日期', '最近缴费月', '参保地区划', '联系地址', '联系电话'];
const WIDTHS = [20, 2, 18, 20, 1, 8, 3, 1, 40, 8, 6, 9, 60, 11];
const LIMITS = { rowBytes: 2 ** 20, rows: 20_000_000, columns: 200, inflatedBytes: 2 ** 31, ratio: 200 };
const PASSES = 5;
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

interface Measured { name: string; rows: number; bytes: number; ms: number }

export async function run(args: string[]): Promise<number> {
  const at = args.indexOf('--rows');
  const count = at < 0 ? 300_000 : Number(args[at + 1]);
  const rows = invent(count);
  const utf8 = Buffer.from([COLUMNS, ...rows].map((cells) => `${cells.join(',')}\n`).join(''));
  const gb = toGb18030(utf8.toString());
  const fixed = Buffer.concat(rows.map((cells) => Buffer.concat([...cells.map((cell, i) => fill(cell, WIDTHS[i])), Buffer.from('\n')])));
  const quoted = Buffer.from([COLUMNS, ...rows].map((cells) => `${cells.map((cell) => `"${cell}"`).join(',')}\r\n`).join(''));
  const json = Buffer.from(rows.map((cells) => `${JSON.stringify(Object.fromEntries(cells.map((cell, i) => [COLUMNS[i], cell])))}\n`).join(''));

  const results = [
    await reading('csv, UTF-8', { kind: 'csv', encoding: 'utf-8' }, utf8),
    await reading('csv, GB18030', { kind: 'csv', encoding: 'gb18030' }, gb),
    await reading('csv, every cell quoted', { kind: 'csv', encoding: 'utf-8' }, quoted),
    await reading('fixed width, GB18030', { kind: 'fixed-width', encoding: 'gb18030', widths: WIDTHS }, fixed),
    await reading('ndjson', { kind: 'ndjson', encoding: 'utf-8' }, json),
    await reading('xlsx', { kind: 'xlsx', encoding: 'utf-8' }, workbookOf([COLUMNS, ...rows.slice(0, Math.min(count, 100_000))])),
    await measured('GB18030 to UTF-8', gb.length, () => decoded(gb)),
    await measured('lines', gb.length, () => splitted(gb)),
  ];
  for (const { name, rows: read, bytes, ms } of results) {
    const rate = read > 0 ? `${(read / ms / 1000).toFixed(2).padStart(7)} M rows/s` : ''.padEnd(16);
    console.log(`${name.padEnd(24)} ${rate} ${(bytes / ms / 1000).toFixed(0).padStart(6)} MB/s   ${read > 0 ? `${(bytes / read).toFixed(0)} bytes a row` : ''}`);
  }
  return 0;
}

async function reading(name: string, part: Pick<FormatContract, 'kind' | 'encoding' | 'widths'>, bytes: Buffer): Promise<Measured> {
  const format = formatOf({ delimiter: ',', limits: LIMITS, ...part }, COLUMNS);
  return measured(name, bytes.length, async () => {
    let rows = 0;
    const sink: RowSink = {
      header: () => undefined,
      row: () => void rows++,
      bad: (rule) => {
        throw new TypeError(`the bench's own row is ${rule}`);
      },
      drain: () => Promise.resolve(),
    };
    await format.read(sourceOf(bytes), sink);
    return rows;
  });
}

async function measured(name: string, bytes: number, work: () => Promise<number> | number): Promise<Measured> {
  let rows = 0;
  let ms = Infinity;
  for (let pass = 0; pass < PASSES; pass++) {
    const begun = performance.now();
    rows = await work();
    ms = Math.min(ms, performance.now() - begun);
  }
  return { name, rows, bytes, ms };
}

function sourceOf(bytes: Buffer): ByteSource {
  return {
    name: 'bench', size: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
    },
  };
}

function decoded(bytes: Buffer): number {
  const decoder = decoderOf('gb18030');
  const to = Buffer.allocUnsafeSlow((128 << 10) * 3 + 64);
  for (let at = 0; at < bytes.length; at += 128 << 10) decoder.decode(bytes, at, Math.min(bytes.length, at + (128 << 10)), to, 0, false);
  return 0;
}

function splitted(bytes: Buffer): number {
  let rows = 0;
  const lines = new LineSplitter(() => void rows++);
  for (let at = 0; at < bytes.length; at += 1 << 20) lines.push(bytes.subarray(at, at + (1 << 20)));
  lines.end();
  return rows;
}

/** Rows as different from one another as real ones, the same every time. */
function invent(count: number): string[][] {
  let seed = 7;
  const any = (n: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8) % n;
  const surnames = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑'];
  const given = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英'];
  return Array.from({ length: count }, (_, i) => {
    const birth = `19${60 + any(40)}0${1 + any(9)}1${any(10)}`;
    return [
      `YB${370_700_000_000 + i}`, '01', `370702${birth}${100 + any(900)}${any(10)}`, surnames[any(20)] + given[any(24)] + given[any(24)], String(1 + any(2)), birth,
      '310', '1', any(3) > 0 ? '' : '某某机械有限公司', '20100101', '202609', '370702004',
      `山东省潍坊市潍城区胜利西街${any(900)}号${any(30)}号楼${any(6)}单元${any(999)}`, `13${100_000_000 + any(899_999_999)}`,
    ];
  });
}

/** Node writes no GB18030: the way back from its own decoder, for pairs. */
const BACK = new Map<string, [number, number]>();
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    const text = new TextDecoder('gb18030').decode(Uint8Array.of(lead, trail));
    if (text.length === 1 && text !== '\ufffd') BACK.set(text, [lead, trail]);
  }
}

function toGb18030(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length * 2);
  let at = 0;
  for (const character of text) {
    const pair = BACK.get(character);
    if (!pair) bytes[at++] = character.charCodeAt(0);
    else {
      bytes[at++] = pair[0];
      bytes[at++] = pair[1];
    }
  }
  return bytes.subarray(0, at);
}

function fill(text: string, width: number): Buffer {
  const bytes = Buffer.alloc(width, ' ');
  toGb18030(text).copy(bytes);
  return bytes;
}

function workbookOf(rows: string[][]): Buffer {
  const strings = new Map<string, number>();
  const lines = rows.map((cells) => `<row>${cells.map((cell) => {
    if (cell === '') return '';
    let index = strings.get(cell);
    if (index === undefined) strings.set(cell, (index = strings.size));
    return `<c t="s"><v>${index}</v></c>`;
  }).join('')}</row>`);
  return Buffer.from(zipSync({
    '_rels/.rels': strToU8(`<Relationships><Relationship Id="a" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
    'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="a" sheetId="1" r:id="b"/></sheets></workbook>'),
    'xl/_rels/workbook.xml.rels': strToU8(`<Relationships><Relationship Id="b" Type="${RELATIONS}/worksheet" Target="sheet.xml"/><Relationship Id="c" Type="${RELATIONS}/sharedStrings" Target="strings.xml"/></Relationships>`),
    'xl/sheet.xml': strToU8(`<worksheet><sheetData>${lines.join('\n')}</sheetData></worksheet>`),
    'xl/strings.xml': strToU8(`<sst>${[...strings.keys()].map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`),
  }, { level: 1 }));
}
