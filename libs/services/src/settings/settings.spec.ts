import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.js';

describe('readSettings', () => {
  const clean = { HUSHU_PORT: undefined, HUSHU_DATA: undefined, HUSHU_PEOPLE: undefined, HUSHU_CONFIG: undefined, DATABASE_URL: undefined, REDIS_URL: undefined };

  it('fills in what is not set', async () => {
    const settings = await readSettings(clean);
    expect(settings).toMatchObject({ HUSHU_PORT: 8080, HUSHU_PEOPLE: 20_000, HUSHU_DATA: `${settings.root}/.hushu`, HUSHU_CONFIG: `${settings.root}/config` });
    expect(settings.DATABASE_URL).toBeUndefined();
  });

  it('takes what is set, numbers from text, folders absolute', async () => {
    expect(await readSettings({ ...clean, HUSHU_PORT: '9000', HUSHU_DATA: '/tmp/a/../b', DATABASE_URL: 'postgres://u:p@localhost:5432/hub', REDIS_URL: 'redis://localhost' }))
      .toMatchObject({ HUSHU_PORT: 9000, HUSHU_DATA: '/tmp/b', DATABASE_URL: 'postgres://u:p@localhost:5432/hub', REDIS_URL: 'redis://localhost' });
  });

  it('names everything that is wrong at once', async () => {
    await expect(readSettings({ ...clean, HUSHU_PORT: 'eighty', HUSHU_PEOPLE: '0', DATABASE_URL: 'mysql://x' })).rejects.toMatchObject({
      code: 'HUSHU-SERVICES-15',
      details: [expect.stringContaining('HUSHU_PORT'), expect.stringContaining('HUSHU_PEOPLE'), expect.stringContaining('DATABASE_URL')],
    });
  });
});
