import { createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Keys } from '../root/keys.js';
import { FRAME_BYTES, HEADER_BYTES } from './frame.js';

const sealerOf = (fill: number): ReturnType<Keys['sealer']> => new Keys(new Map([[1, Buffer.alloc(32, fill)]])).sealer();
const sealer = sealerOf(1), other = sealerOf(2);

const pieces = (bytes: Buffer, size: number): Readable => Readable.from((function* () {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
})());
const seal = async (plain: Buffer, size = 70_000): Promise<Buffer> => {
  const stream = sealer.sealStream();
  const [sealed] = await Promise.all([buffer(stream), pipeline(pieces(plain, size), stream)]);
  return sealed;
};
/** All that comes out, and how it ended. */
const open = async (sealed: Buffer, by = sealer, size = 50_000): Promise<{ plain: Buffer; code: string | null }> => {
  const stream = by.openStream();
  const out: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => out.push(chunk));
  try {
    await pipeline(pieces(sealed, size), stream);
    return { plain: Buffer.concat(out), code: null };
  } catch (error) {
    return { plain: Buffer.concat(out), code: (error as { code: string }).code };
  }
};
/** Rows that shrink, with some that do not, so that frames have several lengths. */
const delivery = (bytes: number): Buffer => {
  const out = Buffer.alloc(bytes);
  let x = 1;
  for (let i = 0; i < bytes; i++) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    out[i] = i % 3 === 0 ? x >> 16 : 48 + (i % 10);
  }
  return out;
};

describe('sealed streams', () => {
  it.each([0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES])('of %p bytes open to the same bytes', async (n) => {
    const plain = delivery(n);
    const sealed = await seal(plain);
    for (const size of [7_777, sealed.length]) {
      const opened = await open(sealed, sealer, size);
      expect(opened.code).toBeNull();
      expect(opened.plain.equals(plain)).toBe(true);
    }
  });

  it('arrive in any pieces', async () => {
    const plain = delivery(5000);
    expect((await open(await seal(plain, 1), sealer, 1)).plain.equals(plain)).toBe(true);
  });

  it('never look alike, and show nothing of what they hold', async () => {
    const plain = Buffer.from('370399199003071234,张三\n'.repeat(1000));
    const [a, b] = [await seal(plain), await seal(plain)];
    expect(a.equals(b)).toBe(false);
    expect(a.includes('370399')).toBe(false);
  });

  it('show every cut, wherever it is', async () => {
    const plain = delivery(2 * FRAME_BYTES + 100);
    const sealed = await seal(plain);
    const secondFrame = HEADER_BYTES + 4 + sealed.readUInt32BE(HEADER_BYTES) + 32;
    for (const at of [0, 1, HEADER_BYTES - 1, HEADER_BYTES, HEADER_BYTES + 3, secondFrame - 1, secondFrame, secondFrame + 4, sealed.length - 1]) {
      const opened = await open(sealed.subarray(0, at));
      expect(opened.code).toBe('HUSHU-KEYS-13');
      expect(plain.subarray(0, opened.plain.length).equals(opened.plain)).toBe(true);
    }
  });

  it('show every changed bit, and hand on nothing that was changed', async () => {
    const plain = delivery(3000);
    const sealed = await seal(plain);
    for (let at = 0; at < sealed.length; at += at < HEADER_BYTES + 8 || at > sealed.length - 40 ? 1 : 37) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const opened = await open(changed);
      expect(['HUSHU-KEYS-10', 'HUSHU-KEYS-11', 'HUSHU-KEYS-12', 'HUSHU-KEYS-13']).toContain(opened.code);
      expect(opened.plain).toHaveLength(0);
    }
  });

  it('show frames left out, doubled, changed about, brought from elsewhere, and bytes behind the end', async () => {
    const cut = (s: Buffer): Buffer[] => {
      const frames: Buffer[] = [];
      for (let at = HEADER_BYTES; at < s.length;) {
        const end = at + 4 + (s.readUInt32BE(at) & 0x7fffffff) + 32;
        frames.push(s.subarray(at, end));
        at = end;
      }
      return frames;
    };
    const sealed = await seal(delivery(2 * FRAME_BYTES + 100)), again = await seal(delivery(2 * FRAME_BYTES + 100));
    const header = sealed.subarray(0, HEADER_BYTES);
    const [a, b, c] = cut(sealed) as [Buffer, Buffer, Buffer], foreign = cut(again)[1] as Buffer;
    for (const frames of [[a, c], [a, a, b, c], [b, a, c], [a, foreign, c], [a, b, c, c], [a, b, c, Buffer.from('x')], [c]]) {
      expect((await open(Buffer.concat([header, ...frames]))).code).toBe('HUSHU-KEYS-12');
    }
    expect((await open(Buffer.concat([again.subarray(0, HEADER_BYTES), a, b, c]))).code).toBe('HUSHU-KEYS-12');
  });

  it('open with no other key, and nothing else opens', async () => {
    expect((await open(await seal(delivery(100)), other)).code).toBe('HUSHU-KEYS-11');
    expect((await open(delivery(5000))).code).toBe('HUSHU-KEYS-10');
    const later = new Keys(new Map([[2, Buffer.alloc(32, 1)]])).sealer();
    expect((await open(await seal(delivery(100)), later)).code).toBe('HUSHU-KEYS-11');
  });
});

describe('sealed lines', () => {
  it('open to the same bytes, and never look alike', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ minLength: 150, maxLength: 600 })), (plain) => {
      const sealed = sealer.sealBytes(plain);
      expect(Buffer.compare(sealer.openBytes(sealed), plain)).toBe(0);
      expect(sealer.sealBytes(plain).equals(sealed)).toBe(false);
      // As PostgreSQL's driver hands a column over: a view into something larger.
      expect(Buffer.compare(sealer.openBytes(Buffer.concat([Buffer.alloc(3), sealed]).subarray(3)), plain)).toBe(0);
    }));
    expect(sealer.openBytes(sealer.sealBytes(Buffer.alloc(10 << 20)))).toHaveLength(10 << 20);
  });

  it('are SM4-CTR under HMAC-SM3 as anybody computes them, each with key stream of its own', () => {
    const both = Buffer.from(hkdfSync('sm3', Buffer.from(hkdfSync('sm3', Buffer.alloc(32, 1), 'hushu', 'seal#1', 32)), '', 'note: cipher, mac', 48));
    const [cipher, mac] = [both.subarray(0, 16), both.subarray(16)];
    const used = new Set<string>();
    for (const length of [0, 1, 15, 16, 17, 63, 300, 900, 20_000]) {
      const plain = randomBytes(length);
      const sealed = sealer.sealBytes(plain);
      const end = sealed.length - 32;
      expect(createHmac('sm3', mac).update(sealed.subarray(0, end)).digest()).toEqual(sealed.subarray(end));
      const body = createDecipheriv('sm4-ctr', cipher, sealed.subarray(4, 20)).update(sealed.subarray(20, end));
      expect(sealed[1] === 1 ? inflateRawSync(body) : body).toEqual(plain);
      for (let block = 0; block === 0 || block * 16 < end - 20; block++) {
        const counter = `${sealed.toString('hex', 4, 16)} ${sealed.readUInt32BE(16) + block}`;
        expect(used.has(counter)).toBe(false);
        used.add(counter);
      }
    }
  });

  it('show every change, cut, addition and foreign key', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, where, by) => {
      const sealed = sealer.sealBytes(plain);
      const changed = Buffer.from(sealed), at = where % sealed.length;
      changed[at] = (changed[at] ?? 0) ^ by;
      for (const bad of [changed, sealed.subarray(0, at), Buffer.concat([sealed, Buffer.from([by])])]) {
        expect(() => sealer.openBytes(bad)).toThrow(/HUSHU-KEYS-1[0-3]/);
      }
      expect(() => other.openBytes(sealed)).toThrow('HUSHU-KEYS-12');
    }));
  });
});

describe('sealed files', () => {
  let dir: string;
  const at = (name: string): string => join(dir, name);
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hushu-seal-'));
    await writeFile(at('plain'), delivery(FRAME_BYTES + 5000));
  });
  afterAll(async () => { await rm(dir, { recursive: true }); });

  it('open to the same bytes, and are closed to others', async () => {
    const { bytes, sealedBytes } = await sealer.sealFile(at('plain'), at('sealed'));
    expect(bytes).toBe(FRAME_BYTES + 5000);
    expect((await stat(at('sealed'))).size).toBe(sealedBytes);
    expect((await stat(at('sealed'))).mode & 0o777).toBe(0o600);
    expect((await buffer(sealer.openFile(at('sealed')))).equals(await readFile(at('plain')))).toBe(true);
    expect((await buffer(createReadStream(at('sealed')).pipe(sealer.openStream()))).equals(await readFile(at('plain')))).toBe(true);
  });

  it('leave nothing behind when they fail', async () => {
    const before = (await readdir(dir)).length;
    await expect(sealer.sealFile(at('missing'), at('new'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(sealer.sealFile(at('plain'), at('new'), AbortSignal.abort(new Error('enough')))).rejects.toThrow();
    expect(await readdir(dir)).toHaveLength(before);
  });

  it('that were changed end in an error', async () => {
    await sealer.sealFile(at('plain'), at('cut'));
    const sealed = await readFile(at('cut'));
    await writeFile(at('cut'), sealed.subarray(0, sealed.length - 100));
    await expect(buffer(sealer.openFile(at('cut')))).rejects.toMatchObject({ code: 'HUSHU-KEYS-13' });
    await expect(buffer(other.openFile(at('cut')))).rejects.toMatchObject({ code: 'HUSHU-KEYS-11' });
    await expect(buffer(sealer.openFile(at('missing')))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
