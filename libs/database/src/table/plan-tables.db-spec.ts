import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../../test/support/database.js';
import { applyPlan, planTables, type TableSpec } from './plan-tables.js';

const BOOK: TableSpec = {
  schema: 'shelf', name: 'book', comment: 'One book a row',
  columns: [
    { name: 'isbn', type: 'text', notNull: true, comment: 'Number' },
    { name: 'title', type: 'varchar(80)', comment: 'Title' },
    { name: 'bought', type: 'timestamp', default: `'2024-01-01'`, comment: 'When' },
    { name: 'copies', type: 'int', notNull: true, default: '1', comment: 'How many' },
  ],
  primaryKey: ['isbn'],
  indexes: [{ name: 'book_title', columns: ['title', '(lower(isbn))'], where: 'copies > 0' }],
  statements: ['create or replace view shelf.title as select isbn, title, copies from shelf.book', 'grant select on shelf.title to hushu_sharing'],
};

describe('planTables', () => {
  let store: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    store = await testDatabase();
    client = await store.database.connect('migrate');
  });
  afterAll(async () => {
    await client.end();
    await store.drop();
  });
  beforeEach(async () => {
    await client.query('drop schema if exists shelf cascade; create schema shelf; delete from database.applied_spec');
    await applyPlan(client, await planTables(client, [BOOK]));
    await client.query(`insert into shelf.book (isbn, title) values ('1', 'a')`);
  });

  const changed = (part: Partial<TableSpec>): TableSpec => ({ ...BOOK, ...part });
  const changesOf = async (spec: TableSpec): Promise<string[]> =>
    (await planTables(client, [spec])).summary.map((one) => `${one.destructive ? '!' : ''}${one.change}`);
  const settle = async (spec: TableSpec): Promise<void> => {
    await applyPlan(client, await planTables(client, [spec]));
    expect(await planTables(client, [spec])).toEqual({ statements: [], summary: [] });
  };

  it('changes nothing by planning, and plans nothing for what stands', async () => {
    expect(await planTables(client, [BOOK])).toEqual({ statements: [], summary: [] });
    const other = changed({ name: 'lamp' });
    expect((await planTables(client, [other])).summary).toEqual([{ relation: 'shelf.lamp', change: 'create with 4 columns', destructive: false }]);
    expect((await client.query(`select to_regclass('shelf.lamp') as made`)).rows).toEqual([{ made: null }]);
  });

  it('takes another spelling of a type or default for the same', async () => {
    const columns = BOOK.columns.map((column) => ({ ...column, type: { int: 'int4', timestamp: 'timestamp without time zone' }[column.type] ?? column.type }));
    expect(await changesOf(changed({ columns }))).toEqual([]);
  });

  it('notices what was changed behind its back', async () => {
    await client.query('alter table shelf.book alter column copies set default 7; drop index shelf.book_title');
    expect(await changesOf(BOOK)).toEqual(['column copies: default 1', 'index book_title (title, lower(isbn))']);
    await settle(BOOK);
    await client.query('alter table shelf.book drop constraint book_pkey, add constraint other_name primary key (isbn)');
    expect(await changesOf(BOOK)).toEqual([]);
  });

  it('adds a column under a view that is made again', async () => {
    const spec = changed({
      columns: [...BOOK.columns.slice(0, 1), { name: 'author', type: 'text', comment: 'Who' }, ...BOOK.columns.slice(1)],
      statements: ['create or replace view shelf.title as select isbn, author, title from shelf.book', BOOK.statements![1]!],
    });
    expect(await changesOf(spec)).toEqual(['add column author text']);
    await settle(spec);
    const { rows } = await store.database.pool('migrate').query('select * from shelf.title');
    expect(rows).toEqual([{ isbn: '1', author: null, title: 'a' }]);
  });

  it('says that dropping or retyping a column loses values', async () => {
    const dropped = changed({ columns: BOOK.columns.filter((column) => column.name !== 'bought') });
    expect(await changesOf(dropped)).toEqual(['!drop column bought timestamp without time zone']);
    await settle(dropped);
    const retyped = changed({
      columns: BOOK.columns.map((column) => column.name === 'copies' ? { ...column, type: 'int8' } : column).filter((column) => column.name !== 'bought'),
    });
    expect(await changesOf(retyped)).toEqual(['!column copies: integer becomes bigint']);
    await settle(retyped);
  });

  it('says that a view nobody makes again would be lost', async () => {
    await client.query('create view shelf.stray as select title from shelf.title');
    const spec = changed({ columns: [...BOOK.columns, { name: 'author', type: 'text', comment: 'Who' }] });
    const plan = await planTables(client, [spec]);
    expect(plan.summary).toContainEqual({ relation: 'shelf.stray', change: 'drop view that no statement makes again', destructive: true });
    await settle(spec);
  });

  it.each<[string, Partial<TableSpec>, string[]]>([
    ['a key', { primaryKey: ['isbn', 'copies'] }, ['drop primary key', 'primary key (isbn, copies)']],
    ['an index', { indexes: [{ name: 'book_title', columns: ['title'] }] }, ['drop index book_title', 'index book_title (title)']],
    ['an index that is gone', { indexes: [] }, ['drop index book_title']],
    ['an index made unique', { indexes: [{ ...BOOK.indexes![0]!, unique: true }] }, ['drop index book_title', 'index book_title (title, lower(isbn))']],
    ['a default', { columns: BOOK.columns.map((c) => c.name === 'copies' ? { ...c, default: '2' } : c) }, ['column copies: default 2']],
    ['a default that is gone', { columns: BOOK.columns.map((c) => c.name === 'bought' ? { ...c, default: undefined! } : c) }, ['column bought: default none']],
    ['a duty', { columns: BOOK.columns.map((c) => c.name === 'title' ? { ...c, notNull: true } : c) }, ['column title: required']],
    ['comments', { comment: 'Books', columns: BOOK.columns.map((c) => c.name === 'title' ? { ...c, comment: 'Its title' } : c) }, ['column title: comment', 'comment']],
    ['grants', { statements: [...BOOK.statements!, 'grant select on shelf.title to hushu_operations'] }, ['views and grants']],
  ])('brings the store to %s', async (_what, part, expected) => {
    expect(await changesOf(changed(part))).toEqual(expected);
    await settle(changed(part));
  });
});
