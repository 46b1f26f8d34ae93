import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryStore } from './delivery-store.js';

describe('the store of deliveries', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'hushu-deliveries-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function lay(...names: string[]): void {
    mkdirSync(join(folder, 'pension'), { recursive: true });
    for (const name of names) writeFileSync(join(folder, 'pension', name), '');
  }

  it('clears what a dead worker was writing for a run before it is written again, and nothing else', async () => {
    lay('7.sealed.0a1b2c3d.part', '77.sealed.0a1b2c3d.part', '6.sealed');
    expect(await new DeliveryStore(folder).place('pension', 7)).toBe(join(folder, 'pension', '7.sealed'));
    expect(readdirSync(join(folder, 'pension')).sort()).toEqual(['6.sealed', '77.sealed.0a1b2c3d.part']);
  });

  it('clears parts that nobody will complete', async () => {
    lay('7.sealed.0a1b2c3d.part', '8.sealed.0a1b2c3d.part', '7.sealed');
    expect(await new DeliveryStore(folder).clearParts(async (run) => run === 7)).toBe(1);
    expect(readdirSync(join(folder, 'pension')).sort()).toEqual(['7.sealed', '8.sealed.0a1b2c3d.part']);
  });

  it('has nothing to clear before there is a folder', async () => {
    expect(await new DeliveryStore(join(folder, 'none')).clearParts(async () => true)).toBe(0);
  });
});
