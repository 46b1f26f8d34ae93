import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createHmac } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Keys } from './keys.js';
import { loadKeys } from './root-keys.js';

let dir: string;
beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'hushu-keys-')); });
afterEach(async () => { await rm(dir, { recursive: true }); });

describe('the root key', () => {
  it('is made once, closed to others, and stays', async () => {
    const folder = join(dir, 'a', 'b');
    const secret = (await loadKeys(folder)).secret('x', 16);
    expect((await stat(join(folder, 'root.key'))).mode & 0o777).toBe(0o600);
    expect((await loadKeys(folder)).secret('x', 16)).toEqual(secret);
    expect(await readdir(folder)).toEqual(['root.key']);
  });

  it('is one for all who start at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => loadKeys(dir)));
    expect(new Set(all.map((k) => k.secret('x', 16).toString('hex'))).size).toBe(1);
    expect(await readdir(dir)).toEqual(['root.key']);
  });

  it('differs from one installation to the next', async () => {
    const [a, b] = [await loadKeys(join(dir, 'a')), await loadKeys(join(dir, 'b'))];
    expect(a.secret('x', 16)).not.toEqual(b.secret('x', 16));
  });

  it('that others may read is not used', async () => {
    await loadKeys(dir);
    await chmod(join(dir, 'root.key'), 0o644);
    await expect(loadKeys(dir)).rejects.toMatchObject({ code: 'HUSHU-KEYS-02' });
  });

  it.each(['', '# nothing\n', '1 abc\n', `1 ${'0'.repeat(64)}\n1 ${'1'.repeat(64)}\n`, `0 ${'0'.repeat(64)}\n`])('is refused when the file says %p', async (text) => {
    await writeFile(join(dir, 'root.key'), text, { mode: 0o600 });
    await expect(loadKeys(dir)).rejects.toMatchObject({ code: 'HUSHU-KEYS-03' });
    expect(await readFile(join(dir, 'root.key'), 'utf8')).toBe(text);
  });
});

describe('derived keys', () => {
  const root = (n: number): Buffer => Buffer.alloc(32, n);

  /** RFC 5869 as it is written, over HMAC-SM3. */
  const hkdf = (key: Buffer, info: string): Buffer => {
    const hmac = (k: Buffer | string, data: Buffer): Buffer => createHmac('sm3', k).update(data).digest();
    return hmac(hmac('hushu', key), Buffer.concat([Buffer.from(info), Buffer.from([1])]));
  };

  it('are those of HKDF over SM3, for good: what is stored must stay readable', () => {
    const keys = new Keys(new Map([[1, root(7)]]));
    expect(keys.secret('row-hash', 16)).toEqual(hkdf(root(7), 'secret/row-hash#1').subarray(0, 16));
    expect(keys.secret('row-hash', 16).toString('hex')).toBe('d9196ef55220c91e8da36943f232c068');
    expect(keys.tokens('document').seal(Buffer.alloc(16))).toBe('58105a6f-b5ba-93f1-001b-c4afdb9b5113');
    expect(keys.tokens('source-key', 'library-card').seal(Buffer.alloc(16))).toBe('2723a1c1-94d6-eef5-1226-b1295e6f7f29');
  });

  it('follow the newest epoch for numbers, the oldest for secrets and lasting names; an earlier epoch can be gone back to', () => {
    const first = new Keys(new Map([[1, root(1)]])), second = new Keys(new Map([[1, root(1)], [2, root(2)]]));
    const block = Buffer.alloc(16, 5);
    expect(second.epoch).toBe(2);
    expect(second.secret('x', 8)).toEqual(first.secret('x', 8));
    expect(second.tokens('document').seal(block)).not.toBe(first.tokens('document').seal(block));
    for (const lasting of ['source-key', 'person-id'] as const) expect(second.tokens(lasting, 'x').seal(block)).toBe(first.tokens(lasting, 'x').seal(block));
    expect(second.at(1).tokens('document').seal(block)).toBe(first.tokens('document').seal(block));
    expect(second.sealer().openBytes(first.sealer().sealBytes(block))).toEqual(block);
    expect(() => first.at(2)).toThrow('HUSHU-KEYS-04');
  });
});
