import type { Database } from '#database';
import type { Grant } from './grant.js';

/** The terms of every grant that was loaded, standing or not. */
export async function listGrants(database: Database): Promise<Grant[]> {
  const { rows } = await database.pool('sharing').query<{ definition: Grant }>('select definition from sharing.grant_terms order by id');
  return rows.map((row) => row.definition);
}
