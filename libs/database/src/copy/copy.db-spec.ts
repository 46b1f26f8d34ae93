import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { copyIn, copyOut } from './copy.js';

let store: TestDatabase;
beforeAll(async () => { store = await testDatabase(); });
afterAll(() => store.drop());

it('takes rows in and gives them out, and tells a wrong row as the server does', async () => {
  await store.database.transaction('staging', async (client) => {
    await client.query('create temporary table pair (a int, b text)');
    await pipeline(Readable.from(['1\tone\n2\t', 'two\n']), copyIn(client, 'copy pair from stdin'));
    const bytes: Buffer[] = [];
    for await (const chunk of copyOut(client, 'copy (select * from pair order by a desc) to stdout')) bytes.push(chunk as Buffer);
    expect(Buffer.concat(bytes).toString()).toBe('2\ttwo\n1\tone\n');
  });
  await expect(store.database.transaction('staging', async (client) => {
    await client.query('create temporary table pair2 (a int)');
    await pipeline(Readable.from(['x\n']), copyIn(client, 'copy pair2 from stdin'));
  })).rejects.toThrow('invalid input syntax for type integer');
  expect((await store.database.pool('staging').query('select 1 as a')).rows).toEqual([{ a: 1 }]);
});
