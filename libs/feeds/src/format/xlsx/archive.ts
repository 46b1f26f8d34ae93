import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import type { FormatContract } from '../../contract/contract.js';
import { fileFault } from '../faults.js';
import type { ByteSource, RandomAccess } from '../format.js';

/** Parts a workbook may have; a real one has some ten, with pictures some hundred. */
const ENTRIES_MOST = 10_000;
/** Bytes of an archive held in memory, for a source that cannot be read at random. */
const HELD_MOST = 128 << 20;
/** Below this size a ratio tells nothing: a sheet of empty rows packs very well. */
const RATIO_FROM = 4 << 20;
const PIECE = 64 << 10;
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');

type Limits = FormatContract['limits'];

/**
 * A zip archive of which nothing is believed: sizes and ratios are checked before an entry is opened and again while it is
 * inflated, checksums at its end. Only entries asked for are ever inflated, and all of them together stay within the limit.
 */
export class Archive {
  private inflated = 0;

  private constructor(private readonly zip: yauzl.ZipFile, private readonly entries: Map<string, yauzl.Entry>, private readonly limits: Limits, private readonly release: () => Promise<void>) {}

  static async open(source: ByteSource, limits: Limits): Promise<Archive> {
    let release = async (): Promise<void> => undefined;
    let zip: yauzl.ZipFile;
    try {
      if (source.open) {
        const file = await source.open();
        release = () => file.close();
        const begin = Buffer.alloc(8);
        refuseOther(begin.subarray(0, await file.read(begin, 0)));
        zip = await yauzl.fromRandomAccessReaderPromise(new Ranges(file), file.size, { autoClose: false });
      } else {
        const bytes = await hold(source);
        refuseOther(bytes);
        zip = await yauzl.fromBufferPromise(bytes);
      }
      const entries = new Map<string, yauzl.Entry>();
      if (zip.entryCount > ENTRIES_MOST) throw bomb('文件数', 'entries', zip.entryCount, ENTRIES_MOST);
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      return new Archive(zip, entries, limits, release);
    } catch (error) {
      await release();
      throw damaged(error);
    }
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The bytes of an entry, inflated as they are taken. */
  async *bytes(name: string): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (!entry) throw fileFault('file-format', `工作簿缺少 ${name}。`, `The workbook has no ${name}.`, { entry: name });
    if (entry.isEncrypted()) throw fileFault('file-format', '文件加了密码。', 'The file has a password.', { entry: name });
    const { inflatedBytes, ratio } = this.limits;
    const size = entry.uncompressedSize;
    if (this.inflated + size > inflatedBytes) throw bomb('解压后字节数', 'bytes when inflated', this.inflated + size, inflatedBytes);
    if (size > RATIO_FROM && size > entry.compressedSize * ratio) throw bomb('压缩比', 'times its packed size', Math.floor(size / Math.max(1, entry.compressedSize)), ratio);
    this.inflated += size;

    let sum = 0;
    let stream: Readable | undefined;
    try {
      stream = await this.zip.openReadStreamPromise(entry);
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (error) {
      // An entry that is longer than it says: what it says was what the limits were held against.
      if (/too many bytes/.test(String(error))) {
        throw fileFault('file-bomb', '压缩文件的内容比其目录声明的长。', 'An entry of the archive is longer than the archive declares.', { entry: name, declared: size });
      }
      throw damaged(error);
    } finally {
      stream?.destroy();
    }
    if (sum !== entry.crc32) throw fileFault('file-truncated', '文件校验和不符，内容已损坏。', 'A checksum does not match: the file is damaged.', { entry: name });
  }

  async close(): Promise<void> {
    this.zip.close();
    await this.release();
  }
}

function bomb(zh: string, en: string, found: number, limit: number): Error {
  return fileFault('file-bomb', `压缩文件超过上限：${zh} ${found}，上限 ${limit}。`, `The archive is over its limit: ${found} ${en}, at most ${limit}.`, { found, limit });
}

/** What a zip reader says of a file it cannot read. HubErrors of ours pass. */
function damaged(error: unknown): unknown {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('HUSHU-')) return error;
  return fileFault('file-truncated', '压缩文件不完整或已损坏。', 'The archive is incomplete or damaged.', {}, error);
}

function refuseOther(begin: Buffer): void {
  if (begin.length === 0) throw fileFault('file-empty', '文件为空。', 'The file is empty.', { bytes: 0 });
  if (begin.subarray(0, 8).equals(COMPOUND_FILE)) {
    throw fileFault('file-format', '文件加了密码，或是旧版 .xls。', 'The file has a password, or is an old .xls.');
  }
  if (!begin.subarray(0, 4).equals(LOCAL_HEADER)) throw fileFault('file-format', '文件不是 XLSX。', 'The file is not an XLSX workbook.');
}

/** What a zip reader reads through: a range at a time, no more of it than is taken. */
class Ranges extends yauzl.RandomAccessReader {
  constructor(private readonly file: RandomAccess) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { file } = this;
    return Readable.from((async function* () {
      for (let at = start; at < end;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at));
        const read = await file.read(piece, at);
        if (read === 0) return;
        at += read;
        yield piece.subarray(0, read);
      }
    })(), { objectMode: false });
  }
}

async function hold(source: ByteSource): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.chunks()) {
    size += chunk.length;
    if (size > HELD_MOST) throw bomb('文件字节数', 'bytes as delivered', size, HELD_MOST);
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts, size);
}
