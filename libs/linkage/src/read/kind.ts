/** How files that are no text begin. */
const BEGINNINGS: [name: string, bytes: Buffer][] = [
  ['parquet', Buffer.from('PAR1')],
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['Zip / XLSX', Buffer.from('PK\x03\x04', 'latin1')],
  ['XLS', Buffer.from([0xd0, 0xcf, 0x11, 0xe0])],
  ['Zstandard', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['bzip2', Buffer.from('BZh')],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a])],
  ['7z', Buffer.from([0x37, 0x7a, 0xbc, 0xaf])],
  ['Arrow / Feather', Buffer.from('ARROW1')],
  ['encrypted Parquet', Buffer.from('PARE')],
  ['ORC', Buffer.from('ORC')],
  ['SQLite', Buffer.from('SQLite format 3\0')],
  ['PDF', Buffer.from('%PDF')],
  ['JSON', Buffer.from('{"')],
  ['JSON', Buffer.from('[{')],
  ['XML / HTML', Buffer.from('<?xml')],
  ['HTML', Buffer.from('<!DOCTYPE')],
  ['HTML', Buffer.from('<html')],
];

/** What a file is by its first bytes, 16 at least where it has them; undefined: nothing known, text perhaps. */
export function kindOf(head: Buffer): string | undefined {
  return BEGINNINGS.find(([, bytes]) => head.subarray(0, bytes.length).equals(bytes))?.[0];
}
