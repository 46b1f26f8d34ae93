import { crc32, constants, deflateRawSync } from 'node:zlib';

/** A deflated entry of a zip and what its directory says of it. */
export interface Packed { name: string; packed: Buffer; size: number; crc: number }

export function pack(name: string, content: string | Buffer): Packed {
  const bytes = Buffer.from(content as Buffer);
  return { name, packed: deflateRawSync(bytes), size: bytes.length, crc: crc32(bytes) };
}

/** `mebibytes` of one byte between two texts, without ever making them: a flushed block stands for itself, again and again. */
export function packLong(name: string, begin: string, byte: string, mebibytes: number, end: string): Packed {
  const flushed = (bytes: Buffer) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  const block = Buffer.alloc(1 << 20, byte);
  const packed = flushed(block);
  let crc = crc32(begin);
  for (let i = 0; i < mebibytes; i++) crc = crc32(block, crc);
  return {
    name, size: begin.length + (mebibytes << 20) + end.length, crc: crc32(end, crc),
    packed: Buffer.concat([flushed(Buffer.from(begin)), ...Array<Buffer>(mebibytes).fill(packed), deflateRawSync(end)]),
  };
}

/** A zip as its directory tells it, true or not. */
export function zipOf(entries: Packed[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, packed, size, crc } of entries) {
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc, 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name)]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), shared, tail, Buffer.from(name));
    parts.push(local, packed);
    at += local.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

const TYPES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The parts that make a zip a workbook of one sheet, but for the sheet itself. */
export const FRAME: Packed[] = [
  pack('_rels/.rels', `<Relationships><Relationship Id="r1" Type="${TYPES}/officeDocument" Target="xl/workbook.xml"/></Relationships>`),
  pack('xl/workbook.xml', '<workbook><sheets><sheet name="s" sheetId="1" r:id="s1"/></sheets></workbook>'),
  pack('xl/_rels/workbook.xml.rels', `<Relationships><Relationship Id="s1" Type="${TYPES}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`),
];
export const SHEET = 'xl/worksheets/sheet1.xml';
