import { describe, expect, it } from '@jest/globals';
import { parseCitizenId } from '#kernel';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readContracts } from '#feeds';
import { makeSamples, type Sample } from './make-samples.js';

const root = join(import.meta.dirname, '../..');

async function samplesOf(configDir: string): Promise<Sample[]> {
  const { contracts, faults } = await readContracts(configDir);
  expect(faults).toEqual([]);
  const samples = await makeSamples(contracts);
  expect(samples.length).toBeGreaterThan(0);
  return samples;
}

describe('samples', () => {
  // To make samples again after their table or contract changed, delete them and run this: what is missing is written.
  it.each(['config', 'test'])('of %s are what their tables say, byte for byte', async (folder) => {
    for (const { contract, file, bytes } of await samplesOf(join(root, folder))) {
      const kept = await readFile(file).catch(() => null);
      if (kept === null) await writeFile(file, bytes);
      else expect(`${contract.feed} ${basename(file)} ${kept.equals(bytes)}`).toBe(`${contract.feed} ${basename(file)} true`);
    }
  });

  it('name nobody: every id number is of a county that was never given out, or of a birth in the nineteenth century', async () => {
    const numbers = new Set<string>();
    for (const folder of ['config', 'test']) {
      for (const { contract } of await samplesOf(join(root, folder))) {
        const table = contract.feed.startsWith('library-card') ? 'library-card' : contract.feed;
        const text = await readFile(join(import.meta.dirname, 'samples', `${table}.csv`), 'utf8');
        for (const [number] of text.matchAll(/(?<!\d)[1-9]\d{16}[\dXx](?!\d)/g)) numbers.add(number);
      }
    }
    const strange = [...numbers].filter((n) => parseCitizenId(n)?.valid && !n.startsWith('370399') && !/^8[123]000018/.test(n));
    expect(numbers.size).toBeGreaterThan(100);
    expect(strange).toEqual([]);
  });
});
