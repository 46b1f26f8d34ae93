import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataFolder } from './data-folder.js';

describe('a data folder', () => {
  let place: string;
  beforeEach(() => { place = mkdtempSync(join(tmpdir(), 'hushu-folder-')); });
  afterEach(() => { rmSync(place, { recursive: true }); });

  it('that cannot be written is named, with a cure', () => {
    writeFileSync(join(place, 'file'), '');
    expect(() => new DataFolder(join(place, 'file', 'data')).claim()).toThrow(expect.objectContaining({
      code: 'HUSHU-SERVICES-17', text: { zh: expect.stringContaining(place), en: expect.stringContaining('ENOTDIR') }, hint: expect.objectContaining({ en: expect.stringContaining('HUSHU_DATA') }),
    }));
  });

  it('belongs to one at a time', () => {
    const folder = new DataFolder(join(place, 'data'));
    folder.claim();
    expect(folder.findOwner()).toBe(process.pid);
    expect(() => new DataFolder(join(place, 'data')).claim()).toThrow(expect.objectContaining({ code: 'HUSHU-SERVICES-09' }));
    folder.release();
    expect(folder.findOwner()).toBeUndefined();
  });
});
