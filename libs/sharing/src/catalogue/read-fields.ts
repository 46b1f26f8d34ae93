import { loadSql, type Database } from '#database';
import type { FieldSpec } from './field-spec.js';

/** The district's fields as they were last loaded. */
export async function readFieldSpecs(database: Database): Promise<FieldSpec[]> {
  const { rows } = await database.pool('sharing').query<FieldSpec>({ name: 'sharing-fields', text: loadSql(import.meta.dirname, 'field_all') });
  return rows;
}
