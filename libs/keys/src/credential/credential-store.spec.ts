import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Keys } from '../root/keys.js';
import { CredentialStore } from './credential-store.js';

describe('credentials', () => {
  let folder: string, store: CredentialStore;
  const sealer = new Keys(new Map([[1, Buffer.alloc(32, 7)]])).sealer();
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'hushu-credentials-')), 'credentials');
    store = new CredentialStore(folder, sealer);
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  it('are kept sealed, for their owner alone, replaced and removed', async () => {
    expect([await store.read('city-sftp'), await store.list(), await store.remove('city-sftp')]).toEqual([null, [], false]);
    await store.set('city-sftp', 'open sesame');
    await store.set('city-sftp', 'open sesame 口令');
    await store.set('b', '');
    expect([await store.read('city-sftp'), await store.read('b'), await store.list()]).toEqual(['open sesame 口令', '', ['b', 'city-sftp']]);
    expect(readdirSync(folder).sort()).toEqual(['b.sealed', 'city-sftp.sealed']);
    expect(statSync(join(folder, 'city-sftp.sealed')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'city-sftp.sealed')).includes('sesame')).toBe(false);
    expect([await store.remove('city-sftp'), await store.list()]).toEqual([true, ['b']]);
  });

  it('have names that lead nowhere else', async () => {
    for (const name of ['../root', 'A', '', 'a/b', 'a.b', '-a', 'a'.repeat(101)]) {
      await expect(store.set(name, 'x')).rejects.toMatchObject({ code: 'HUSHU-KEYS-15' });
      await expect(store.read(name)).rejects.toMatchObject({ code: 'HUSHU-KEYS-15' });
    }
    expect(await store.list()).toEqual([]);
  });

  it('are not opened by another key', async () => {
    await store.set('a', 'x');
    const other = new CredentialStore(folder, new Keys(new Map([[1, Buffer.alloc(32, 8)]])).sealer());
    await expect(other.read('a')).rejects.toThrow();
  });
});
