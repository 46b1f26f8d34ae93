import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '#database';
import { putSettingsInForce, type SettingsFile } from '#runs';
import { parseDocument } from 'yaml';

/** Notes what `settings/` says as in force, with an event on the timelines where it says something else. Returns those files. */
export function noteSettings(database: Database, config: string, by: string): Promise<string[]> {
  return putSettingsInForce(database, settingsOf(join(config, 'settings')), by);
}

/** What stands where, as digests: a timeline tells which setting was changed, not what an address or a host is. */
function settingsOf(folder: string): SettingsFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort()
    .map((file) => ({ file, places: placesOf(parseDocument(readFileSync(join(folder, file), 'utf8')).toJS()) }));
}

function placesOf(value: unknown, at = ''): Record<string, string> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return { [at]: createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16) };
  return Object.assign({}, ...Object.entries(value).map(([key, below]) => placesOf(below, at === '' ? key : `${at}.${key}`))) as Record<string, string>;
}
