import { fastify } from 'fastify';
import pg from 'pg';

/**
 * The handler the gateway is held against: bare Fastify, pg's pool, one prepared SELECT by id of the same table,
 * by a login no row policy applies to. No token, no grant, no audit.
 */
const [url = '', port = '0'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
const app = fastify();
app.get('/person/:id', async (request) => {
  const { rows } = await pool.query({
    name: 'person', text: 'select name, former_name, sex, ethnicity, birth_date::text, death_date::text from registry.registered_identity where person = $1',
    values: [(request.params as { id: string }).id],
  });
  return rows[0] ?? null;
});
await app.listen({ port: Number(port), host: '127.0.0.1' });
process.send?.({ ready: true });
