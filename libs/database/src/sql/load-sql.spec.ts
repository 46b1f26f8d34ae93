import { describe, expect, it } from '@jest/globals';
import { fillSql, identifier } from './load-sql.js';

describe('fillSql', () => {
  it('fills every place', () => {
    expect(fillSql('insert into :{table} (:{columns}) select :{columns} from a where b = $1::text', { table: 'x.y', columns: 'p, q' }))
      .toBe('insert into x.y (p, q) select p, q from a where b = $1::text');
  });
  it('refuses a place without a part and a part without a place', () => {
    expect(() => fillSql('select :{columns}', {})).toThrow('columns was not given');
    expect(() => fillSql('select 1', { columns: 'a' })).toThrow('no place for columns');
  });
});

it('quotes names, schema and all', () => {
  expect(identifier('a b', 'c"d')).toBe('"a b"."c""d"');
});
