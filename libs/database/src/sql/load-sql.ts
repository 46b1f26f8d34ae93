import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import pg from 'pg';

const loaded = new Map<string, string>();

/** The text of `sql/<name>.sql` beside the caller (`import.meta.dirname`), read once a process. */
export function loadSql(directory: string, name: string): string {
  const path = join(directory, 'sql', `${name}.sql`);
  let text = loaded.get(path);
  if (text === undefined) loaded.set(path, text = readFileSync(path, 'utf8'));
  return text;
}

/**
 * Fills a template's `:{name}` places. What goes in is SQL made by the hub (column lists, relation names,
 * quoted by `identifier`), never a caller's text; every place must be filled and every value must have a place.
 */
export function fillSql(template: string, parts: Record<string, string>): string {
  const used = new Set<string>();
  const filled = template.replace(/:\{([a-z_]+)\}/g, (_place, name: string) => {
    const part = parts[name];
    if (part === undefined) throw mismatch(name, 'missing');
    used.add(name);
    return part;
  });
  for (const name of Object.keys(parts)) if (!used.has(name)) throw mismatch(name, 'unused');
  return filled;
}

/** A name quoted for SQL; with two names, `schema.relation`. */
export function identifier(...names: string[]): string {
  return names.map((name) => pg.escapeIdentifier(name)).join('.');
}

function mismatch(name: string, fault: 'missing' | 'unused'): HubError {
  return new HubError({
    code: 'HUSHU-DATABASE-05',
    zh: fault === 'missing' ? `SQL 模板缺少部分:${name}` : `SQL 模板没有这一部分的位置:${name}`,
    en: fault === 'missing' ? `The SQL template's part ${name} was not given` : `The SQL template has no place for ${name}`,
  });
}
