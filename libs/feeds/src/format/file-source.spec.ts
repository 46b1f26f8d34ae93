import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { fileSource } from './file-source.js';
import { formatOf } from './formats.js';
import { contractOf, readAll } from './reading.fixture.js';
import { inline, sheetOf, workbook } from './xlsx.fixture.js';

let folder: string;
const refused = async (work: Promise<unknown>): Promise<HubError> => {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
};
const openFiles = () => readdirSync('/proc/self/fd').length;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-source-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file as a source', () => {
  it('gives its bytes as often as asked, and leaves nothing open', async () => {
    const bytes = Buffer.alloc((5 << 19) + 77, 'abcdefg');
    const path = join(folder, 'a.csv');
    writeFileSync(path, bytes);
    const before = openFiles();
    const source = await fileSource(path);
    expect([source.name, source.size]).toEqual(['a.csv', bytes.length]);
    for (let pass = 0; pass < 2; pass++) {
      const hash = createHash('sha256');
      for await (const chunk of source.chunks()) hash.update(chunk);
      expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
    for await (const chunk of source.chunks()) {
      expect(chunk.length).toBe(1 << 20);
      break;
    }
    expect(openFiles()).toBe(before);
  });

  it('is a plain file: no link, no folder, no pipe, nothing that is not there', async () => {
    writeFileSync(join(folder, 'real'), 'x');
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const before = openFiles();
    for (const name of ['link', 'pipe', '.', 'missing']) expect((await refused(fileSource(join(folder, name)))).code).toBe('HUSHU-feeds-27');
    expect(openFiles()).toBe(before);
  });

  it('that changes between two passes is refused, and may be tried again', async () => {
    const path = join(folder, 'b.csv');
    writeFileSync(path, 'one');
    const source = await fileSource(path);
    writeFileSync(path, 'other');
    const error = await refused((async () => {
      for await (const chunk of source.chunks()) expect(chunk).toBeUndefined();
    })());
    expect([error.code, error.retry]).toEqual(['HUSHU-feeds-28', true]);
  });

  it('is where a workbook is read from in place, refused or not, and leaves nothing open', async () => {
    const path = join(folder, 'c.xlsx');
    const file = workbook(sheetOf(inline('a'), inline('1')));
    writeFileSync(path, file);
    const before = openFiles();
    const xlsx = formatOf(contractOf({ kind: 'xlsx' }), []);
    expect((await readAll(xlsx, await fileSource(path))).rows).toEqual([['1']]);
    writeFileSync(path, file.subarray(0, file.length - 30));
    expect((await refused(readAll(xlsx, await fileSource(path)))).code).toBe('HUSHU-feeds-24');
    expect(openFiles()).toBe(before);
  });
});
