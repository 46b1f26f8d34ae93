import { loadSql, type Database } from '#database';
import type { Product } from './product.js';

/** The catalogue's products as they were last loaded. */
export async function listProducts(database: Database): Promise<Product[]> {
  const { rows } = await database.pool('sharing').query<{ definition: Product }>(loadSql(import.meta.dirname, 'product_all'));
  return rows.map((row) => row.definition);
}
