import { loadSql, type Database } from '#database';

/** One file of the district's settings: the digest of the value at each place, such as `release.people`. */
export interface SettingsFile { file: string; places: Record<string, string> }

/**
 * Notes the district's settings as those in force, with an event on every feed's timeline where a file says something
 * else than before. The first time there is no before. Returns the files that changed.
 */
export async function putSettingsInForce(database: Database, files: SettingsFile[], by: string): Promise<string[]> {
  return database.transaction('runs', async (client) => {
    await client.query('lock table runs.setting in share row exclusive mode');
    const { rows } = await client.query<SettingsFile>('select file, places from runs.setting');
    const known = new Map(rows.map(({ file, places }) => [file, places]));
    const changed: string[] = [];
    for (const { file, places } of [...files, ...gone(known, files)]) {
      const before = known.get(file) ?? {};
      const differing = [...new Set([...Object.keys(before), ...Object.keys(places)])].filter((place) => before[place] !== places[place]).sort();
      if (differing.length === 0 && known.has(file)) continue;
      await client.query(loadSql(import.meta.dirname, 'setting'), [file, JSON.stringify(places)]);
      if (rows.length === 0) continue;
      await client.query(loadSql(import.meta.dirname, 'setting_event'), [by, JSON.stringify({ file, changed: differing })]);
      changed.push(file);
    }
    return changed;
  });
}

/** Files that said something and are no longer there say nothing. */
function gone(known: Map<string, Record<string, string>>, files: SettingsFile[]): SettingsFile[] {
  const here = new Set(files.map(({ file }) => file));
  return [...known].filter(([file, places]) => !here.has(file) && Object.keys(places).length > 0).map(([file]) => ({ file, places: {} }));
}
