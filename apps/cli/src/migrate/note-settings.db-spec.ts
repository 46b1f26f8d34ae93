import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { putContractsInForce, readTimeline } from '#runs';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { noteSettings } from './note-settings.js';

describe('settings of the district', () => {
  let store: TestDatabase, config: string;

  beforeAll(async () => {
    store = await testDatabase();
    config = mkdtempSync(join(tmpdir(), 'hushu-settings-'));
    mkdirSync(join(config, 'settings'));
    await putContractsInForce(store.database, ['pension', 'marriage'].map((feed) => ({ feed, version: '1', definition: {} })), 'test', () => ({}));
  });
  afterAll(async () => {
    await store.drop();
    rmSync(config, { recursive: true, force: true });
  });

  const write = (file: string, text: string): void => writeFileSync(join(config, 'settings', file), text);
  const note = (): Promise<string[]> => noteSettings(store.database, config, '张科长');
  async function told(feed: string): Promise<unknown[]> {
    const { entries } = await readTimeline(store.database.pool('operations'), feed, null, 10);
    return entries.filter(({ kind }) => kind === 'settings-changed').map(({ by, text, detail }) => ({ by, text: text.en, ...detail }));
  }

  it('that change are told on every feed\'s timeline, by their place and never by their value', async () => {
    write('officers.yaml', 'release: { people: 2 }\n');
    expect(await note()).toEqual([]);
    expect(await note()).toEqual([]);
    expect(await told('pension')).toEqual([]);

    write('officers.yaml', '# a comment\nrelease: { people: 3 }\n');
    write('alerts.yaml', 'channels: [{ name: desk, url: https://desk.example/secret-place }]\n');
    expect(await note()).toEqual(['alerts.yaml', 'officers.yaml']);
    const changes = [
      { by: '张科长', text: 'Settings changed', file: 'officers.yaml', changed: ['release.people'] },
      { by: '张科长', text: 'Settings changed', file: 'alerts.yaml', changed: ['channels'] },
    ];
    expect(await told('pension')).toEqual(changes);
    expect(await told('marriage')).toEqual(changes);
    expect(JSON.stringify((await store.database.pool('runs').query('select * from runs.setting')).rows)).not.toContain('desk');
  });

  it('that are no longer there are told once', async () => {
    rmSync(join(config, 'settings', 'alerts.yaml'));
    expect(await note()).toEqual(['alerts.yaml']);
    expect(await note()).toEqual([]);
    expect((await told('pension'))[0]).toMatchObject({ file: 'alerts.yaml', changed: ['channels'] });
  });
});
