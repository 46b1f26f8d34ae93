import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { contextOf, manifestOf, outcomes, sm3, take, takeAll } from '../../../../test/support/drops.js';
import type { Arrival } from './transport.js';
import { transportOf } from './transports.js';

let place: string;
beforeEach(async () => { place = await mkdtemp(join(tmpdir(), 'hushu-folder-')); });
afterEach(() => rm(place, { recursive: true, force: true }));

const put = (name: string, bytes: Buffer | string): Promise<void> => writeFile(join(place, name), bytes);
async function lay(file: string, bytes: Buffer | string, lies: Record<string, unknown> = {}): Promise<void> {
  await put(file, bytes);
  await put(`${file}.manifest.json`, manifestOf(file, bytes, lies));
}

async function opened(options: Record<string, unknown> = {}) {
  const context = await contextOf({ kind: 'folder', folder: place, ...options });
  return transportOf(context.contract).open(context);
}

const look = async (options: Record<string, unknown> = {}) => takeAll(await opened(options));

/** Cause and cure, in both languages, and none of the file's content. */
function expectTold(error: unknown): void {
  expect(error).toBeInstanceOf(HubError);
  const { text, hint } = error as HubError;
  for (const words of [text, hint!]) expect(words).toEqual({ zh: expect.stringMatching(/[\u4e00-\u9fff]/), en: expect.stringMatching(/[a-z]{3}/) });
}

describe('a folder with deliveries', () => {
  it('gives each file with its manifest, oldest business time first, then by name', async () => {
    const big = Buffer.alloc(3_500_000, 'abcdefgh\n');
    await lay('b-20250602.csv', 'b');
    await lay('z.csv', 'z', { asOf: '2025-05-31T08:00:00+08:00', mode: 'delta', batchNo: 'N-7' });
    await lay('a-20250602.csv', 'a');
    await lay('c-20250601.csv', big, { bytes: undefined });
    const { taken, look: end } = await look();
    expect(outcomes(taken)).toEqual(['z.csv taken', 'c-20250601.csv taken', 'a-20250602.csv taken', 'b-20250602.csv taken']);
    expect(taken[1].bytes?.equals(big)).toBe(true);
    expect(end).toEqual({ current: null, waiting: 0 });
    const first = taken[0].arrival;
    expect(first).toMatchObject({ asOf: new Date('2025-05-31T00:00:00Z'), mode: 'delta', batchNo: 'N-7', promised: { rows: 1, bytes: 1, sm3: sm3('z') } });
    expect(first.id).toBe(`z.csv:${sm3(await readFile(join(place, 'z.csv.manifest.json')))}`);
    expect(taken[1].arrival).toMatchObject({ asOf: undefined, mode: undefined, promised: { bytes: undefined } });
    expect(first.cursor()).toBeNull();
  });

  it('knows yesterday’s file again, and another manifest as another delivery', async () => {
    await lay('a-20250601.csv', 'a');
    const [{ arrival }] = (await look()).taken;
    await lay('a-20250601.csv', 'a');
    expect((await look()).taken[0].arrival.id).toBe(arrival.id);
    await lay('a-20250601.csv', 'a', { batchNo: '2' });
    expect((await look()).taken[0].arrival.id).not.toBe(arrival.id);
  });

  it('lets a file wait whose manifest is not there, and takes only what the pattern names', async () => {
    await put('a-20250601.csv', 'half');
    await put('.hidden', '');
    await mkdir(join(place, 'done'));
    await lay('b-20250601.csv', 'b');
    await lay('notes-20250601.txt', 'n');
    const { taken, look: end } = await look({ pattern: '^[ab]-.*\\.csv$' });
    expect([outcomes(taken), end.waiting]).toEqual([['b-20250601.csv taken'], 1]);
  });

  it('stays as it is, or is put away once accepted', async () => {
    for (const done of ['keep', 'move', 'delete']) {
      await lay('a-20250601.csv', 'a');
      const [{ arrival }] = (await look({ done })).taken;
      await arrival.accepted?.();
      const left = (await readdir(place)).sort();
      if (done === 'keep') expect(left).toEqual(['a-20250601.csv', 'a-20250601.csv.manifest.json']);
      if (done === 'move') {
        expect(left).toEqual(['done']);
        expect((await readdir(join(place, 'done'))).sort()).toEqual([expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{8}-a-20250601\.csv$/), expect.stringMatching(/Z-[0-9a-f]{8}-a-20250601\.csv\.manifest\.json$/)]);
      }
      if (done === 'delete') expect(left).toEqual(['done']);
    }
  });

  it('is put away when told again after a crash, between file and manifest too', async () => {
    await lay('a-20250601.csv', 'a');
    await lay('b-20250601.csv', 'b');
    await rm(join(place, 'b-20250601.csv'));
    for await (const arrival of (await opened({ done: 'delete' })).arrivals(null, new AbortController().signal)) await arrival.accepted?.();
    expect(await readdir(place)).toEqual([]);
  });

  it('is not put away when another delivery took its place', async () => {
    await lay('a-20250601.csv', 'a');
    await lay('b-20250601.csv', 'b');
    const { taken } = await look({ done: 'delete' });
    await put('a-20250601.csv', 'the next one, still being written');
    await put('b-20250601.csv.manifest.json', manifestOf('b-20250601.csv', 'b', { batchNo: '2' }));
    for (const { arrival } of taken) await expect(arrival.accepted?.()).rejects.toMatchObject({ details: { rule: 'transport-changed' } });
    // Nor by a process that did not read it itself.
    for await (const arrival of (await opened({ done: 'delete' })).arrivals(null, new AbortController().signal)) {
      if (arrival.fileName.startsWith('a')) await expect(arrival.accepted?.()).rejects.toMatchObject({ details: { rule: 'transport-changed' } });
    }
    expect(await readdir(place)).toHaveLength(4);
  });
});

describe('a folder in which something is wrong', () => {
  const cases: [string, string, () => Promise<void>][] = [
    ['a manifest that lies about the sum', 'manifest-differs', () => lay('x-20250601.csv', 'x', { sm3: sm3('y') })],
    ['a manifest that lies about the length', 'manifest-differs', () => lay('x-20250601.csv', 'x', { bytes: 2 })],
    ['a manifest that is not JSON', 'manifest-faulty', async () => { await lay('x-20250601.csv', 'x'); await put('x-20250601.csv.manifest.json', '{"file": "x-2025'); }],
    ['a manifest that is a list', 'manifest-faulty', async () => { await lay('x-20250601.csv', 'x'); await put('x-20250601.csv.manifest.json', '[]'); }],
    ['a manifest that never ends', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { note: ' '.repeat(70_000) })],
    ['a manifest of another file', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { file: 'y-20250601.csv' })],
    ['a manifest that names a file elsewhere', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { file: '../x-20250601.csv' })],
    ['a manifest that names a file by its whole path', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { file: '/etc/passwd' })],
    ['rows that are not a number', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { rows: '1' })],
    ['rows that are less than none', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { rows: -1 })],
    ['a sum of another kind', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { sm3: 'abc' })],
    ['an unknown mode', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { mode: 'partial' })],
    ['a day there is not', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { asOf: '2025-02-30T00:00:00+08:00' })],
    ['a time without its offset', 'manifest-faulty', () => lay('x-20250601.csv', 'x', { asOf: '2025-02-03T00:00:00' })],
    ['no business time anywhere', 'manifest-faulty', () => lay('x.csv', 'x')],
    ['a file that is a symbolic link', 'manifest-differs', async () => {
      await lay('x-20250601.csv', 'x');
      await rename(join(place, 'x-20250601.csv'), join(place, '.elsewhere'));
      await symlink(join(place, '.elsewhere'), join(place, 'x-20250601.csv'));
    }],
    ['a manifest that is a symbolic link', 'manifest-faulty', async () => {
      await lay('x-20250601.csv', 'x');
      await rename(join(place, 'x-20250601.csv.manifest.json'), join(place, '.elsewhere'));
      await symlink(join(place, '.elsewhere'), join(place, 'x-20250601.csv.manifest.json'));
    }],
    ['a file that is a pipe', 'manifest-differs', async () => {
      await lay('x-20250601.csv', 'x');
      await rm(join(place, 'x-20250601.csv'));
      expect(spawnSync('mkfifo', [join(place, 'x-20250601.csv')]).status).toBe(0);
    }],
    ['a manifest whose file is not there', 'transport-changed', () => put('x-20250601.csv.manifest.json', manifestOf('x-20250601.csv', 'x'))],
  ];
  it.each(cases)('%s: %s, and the sound one beside it is taken', async (_title, rule, arrange) => {
    await arrange();
    await lay('sound-20250701.csv', 'sound');
    const { taken } = await look();
    expect(taken.map(({ arrival, bytes, rule: told }) => [arrival.fileName.slice(0, 5), bytes ? 'taken' : told]).sort()).toEqual([
      ['sound', 'taken'], [expect.stringMatching(/^x/), rule],
    ]);
    expectTold(taken.find(({ bytes }) => !bytes)?.error);
  });

  const changes: [string, (file: string) => Promise<void>][] = [
    ['is swapped for another', async (file) => { await put('.new', 'as long'); await rename(join(place, '.new'), file); }],
    ['is swapped for a symbolic link', async (file) => { await rm(file); await symlink('/etc/hostname', file); }],
    ['grows', (file) => appendFile(file, '!')],
    ['is written over in place', (file) => writeFile(file, 'as long')],
    ['goes', (file) => rm(file)],
  ];
  it.each(changes)('a file that %s between listing and reading', async (_title, change) => {
    await lay('x-20250601.csv', 'is long');
    // Whatever the clock's grain, what is written from now on is later.
    await utimes(join(place, 'x-20250601.csv'), 1e9, 1e9);
    const { taken } = await takeAll(await opened(), { before: () => change(join(place, 'x-20250601.csv')) });
    expect(outcomes(taken)).toEqual(['x-20250601.csv transport-changed']);
    expectTold(taken[0].error);
  });

  it('a file that is written on while it is read', async () => {
    await lay('x-20250601.csv', Buffer.alloc(3_000_000, 'x'));
    const arrivals = (await opened()).arrivals(null, new AbortController().signal);
    const arrival = (await arrivals.next()).value as Arrival;
    const chunks = arrival.chunks(new AbortController().signal)[Symbol.asyncIterator]();
    await chunks.next();
    await appendFile(join(place, 'x-20250601.csv'), 'more');
    await expect((async () => { while (!(await chunks.next()).done); })()).rejects.toMatchObject({ details: { rule: 'transport-changed' } });
  });

  it('a folder that is gone, or is a file', async () => {
    await rm(place, { recursive: true });
    await expect(look()).rejects.toMatchObject({ details: { rule: 'transport-source' }, hint: { zh: expect.any(String) } });
    await writeFile(place, '');
    await expect(look()).rejects.toMatchObject({ details: { rule: 'transport-source' } });
  });

  it('a fetch that is stopped ends with the reason', async () => {
    await lay('x-20250601.csv', 'x');
    const stop = new AbortController();
    const { value } = await (await opened()).arrivals(null, stop.signal).next();
    stop.abort(new Error('lease lost'));
    expect((await take(value as Arrival, stop.signal)).error).toMatchObject({ message: 'lease lost' });
  });
});
