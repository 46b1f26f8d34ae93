import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HubError } from '#kernel';
import { keptSince, keptUntil, readRetentionSettings, retentionOf, type Retention } from './retention-settings.js';

describe('how long deliveries are kept', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-retention-'));
    mkdirSync(join(folder, 'settings'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (text: string) => {
    writeFileSync(join(folder, 'settings/retention.yaml'), text);
    return readRetentionSettings(folder, ['pension', 'marriage']);
  };
  const faultsOf = (text: string): string[] => {
    try {
      read(text);
      return [];
    } catch (error) {
      return (error as HubError).text.en.split('\n').slice(1).map((line) => line.slice(line.indexOf('.yaml:') + 6));
    }
  };

  it('is for good where nobody says otherwise', () => {
    expect(readRetentionSettings(folder, [])).toEqual({ all: { keep: 'all', needed: 'keep' }, feeds: {} });
    expect(read('')).toEqual({ all: { keep: 'all', needed: 'keep' }, feeds: {} });
    expect(keptUntil({ keep: 'all', needed: 'keep' }, new Date())).toBeNull();
    expect(keptSince({ keep: 'all', needed: 'keep' }, new Date())).toBeNull();
  });

  it('is said for all feeds and for one', () => {
    const settings = read('deliveries:\n  keep: 5 years\n  feeds:\n    pension: { keep: 18 months }\n    marriage: { needed: remove }\n');
    expect(retentionOf(settings, 'housing')).toEqual({ keep: '5 years', needed: 'keep' });
    expect(retentionOf(settings, 'pension')).toEqual({ keep: '18 months', needed: 'keep' });
    expect(retentionOf(settings, 'marriage')).toEqual({ keep: '5 years', needed: 'remove' });
  });

  it.each([
    ['1 day', '2026-03-31T08:00:00Z', '2026-03-30T08:00:00Z', '2026-04-01T08:00:00Z'],
    ['1 month', '2026-03-31T08:00:00Z', '2026-02-28T08:00:00Z', '2026-04-30T08:00:00Z'],
    ['5 years', '2024-02-29T08:00:00Z', '2019-02-28T08:00:00Z', '2029-02-28T08:00:00Z'],
  ])('goes by the calendar: %s from %s', (keep, now, since, until) => {
    const retention: Retention = { keep, needed: 'keep' };
    expect([keptSince(retention, new Date(now)), keptUntil(retention, new Date(now))]).toEqual([new Date(since), new Date(until)]);
  });

  it('is refused with every fault and its line', () => {
    expect(faultsOf('deliveries:\n  keep: 5 weeks\n  needed: maybe\n  spare: 1\n  feeds:\n    nobody: { keep: all }\n    pension: { keep: 7 }\nmore: 1\n')).toEqual([
      '2 deliveries.keep: must be all, or such as 5 years, 18 months, 90 days', '3 deliveries.needed: must be keep or remove', '4 deliveries.spare: there is no such key',
      '6 deliveries.feeds.nobody: there is no such feed', '7 deliveries.feeds.pension.keep: must be all, or such as 5 years, 18 months, 90 days', '8 more: there is no such key',
    ]);
    expect(faultsOf('deliveries: [1]')).toEqual(['1 deliveries must be a map']);
    expect(faultsOf('deliveries: { keep: 1 day')).toEqual([expect.stringMatching(/^1 YAML: /)]);
    expect(faultsOf('deliveries: { feeds: { pension: 1 year } }')).toEqual(['1 deliveries.feeds.pension must be a map']);
  });
});
