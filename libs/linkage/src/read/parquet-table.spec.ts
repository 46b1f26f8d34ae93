import { afterAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openTable } from './table-file.js';
import { faultOf, readTable, TableFolder } from './table.fixture.js';

const folder = new TableFolder();
afterAll(() => folder.remove());

type Written = Parameters<typeof parquetWriteBuffer>[0];
const file = (written: Written) => folder.file(new Uint8Array(parquetWriteBuffer(written)));

const ROWS = 10_000;
const numbers = Array.from({ length: ROWS }, (_, i) => i);
const people: Written = {
  rowGroupSize: 6000,
  pageSize: 4096,
  columnData: [
    { name: 'id', data: numbers.map((i) => `F${i}`), type: 'STRING' },
    { name: 'name', data: numbers.map((i) => (i % 7 === 0 ? null : ['王小明', '李四', '𠮷田'][i % 3])), type: 'STRING', nullable: true },
    { name: 'age', data: numbers.map((i) => (i % 5 === 0 ? null : i % 90)), type: 'INT32', nullable: true },
  ],
};
const expected = numbers.map((i) => [`F${i}`, i % 7 === 0 ? '' : ['王小明', '李四', '𠮷田'][i % 3], i % 5 === 0 ? '' : String(i % 90)]);

/** Written by pyarrow 26: Zstandard, a dictionary, 16-byte decimals, nulls. */
const BY_PYARROW = [
  'UEFSMRUEFS4VQEwVBBUAEgAAKLUv/SAXuQAACQAAAOeOi+Wwj+aYjgYAAADmnY7lm5sVABUSFSQsFQgVEBUGFQYcAAAAKLUv/SAJSQAAAgAAAAMNAQMCFQQVGBUqTBUGFQASAAAotS/9IAxhAABp7P',
  '//CCsAAMwqAAAVABUUFSYsFQgVEBUGFQYcAAAAKLUv/SAKUQAAAgAAAAMNAgMkABUEFTYVSEwVBhUAEgAAKLUv/SAb2QAA/+7d7wuCFn8/AAAAAAAAAAAyAAAAAAAAAAK8FQAVFBUmLBUIFRAVBhUG',
  'HAAAACi1L/0gClEAAAIAAAADDQIDJAAVBBlMNQAYBnNjaGVtYRUGABUMJQIYBG5hbWUlAEwcAAAAFQIlAhgEYm9ybiUMTGwAAAAVDhUSFQIYA2R1ZSUKFQQVKCxcFQQVKAAAABYIGRwZPCYAHBUMGT',
  'UABhAZGARuYW1lFQwWCBaCARamASZkJggpLBUEFQAVAgAVABUQFQIAPBYwGQYZJgIGAAAAJgAcFQIZNQAGEBkYBGJvcm4VDBYIFm4WkgEm9AEmrgEpLBUEFQAVAgAVABUQFQIAPCkGGSYCBgAAACYA',
  'HBUOGTUABhAZGANkdWUVDBYIFowBFrABJqQDJsACKSwVBBUAFQIAFQAVEBUCADwpBhkmAgYAAAAW/AIWCCYIFugDACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZPBwAABwAABwAAA',
  'A7AQAAUEFSMQ==',
].join('');

describe('a table in Parquet', () => {
  it('is read as another library wrote it', async () => {
    expect(await readTable(folder.file(Buffer.from(BY_PYARROW, 'base64')))).toMatchObject({
      columns: ['name', 'born', 'due'],
      rows: [['王小明', '1956-04-09', '-12345678901234567.05'], ['', '', ''], ['李四', '2000-02-29', '0.50'], ['王小明', '1999-12-31', '7.00']],
    });
  });

  it.each(['SNAPPY', 'GZIP', 'UNCOMPRESSED'] as const)('is read group by group under %s, in batches', async (codec) => {
    const { columns, rows, batches } = await readTable(file({ ...people, codec, compressors: { GZIP: (bytes) => gzipSync(bytes) } }));
    expect(columns).toEqual(['id', 'name', 'age']);
    expect(rows).toEqual(expected);
    expect(batches).toEqual([4096, 1904, 4000]);
  });

  it('gives the asked columns in the asked order, again and again', async () => {
    const table = await openTable(file(people));
    for (let time = 0; time < 2; time++) {
      for await (const batch of table.rows(['age', 'id', 'age'])) {
        expect(batch[1]).toEqual(['1', 'F1', '1']);
        break;
      }
    }
    await table.close();
  });

  it('makes text of every kind of value', async () => {
    const day = 86_400_000n;
    const { columns, rows } = await readTable(file({
      schema: [
        { name: 'root', num_children: 11 },
        { name: 'big', type: 'INT64', repetition_type: 'OPTIONAL' },
        { name: 'born', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
        { name: 'seen', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'OPTIONAL' },
        { name: 'day', type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'NANOS' }, repetition_type: 'OPTIONAL' },
        { name: 'money', type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 2, repetition_type: 'OPTIONAL' },
        { name: 'wide', type: 'FIXED_LEN_BYTE_ARRAY', type_length: 3, repetition_type: 'OPTIONAL' },
        { name: 'ratio', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
        { name: 'short', type: 'FLOAT', repetition_type: 'OPTIONAL' },
        { name: 'yes', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
        { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
        { name: 'clock', type: 'INT32', converted_type: 'TIME_MILLIS', repetition_type: 'OPTIONAL' },
      ],
      columnData: [
        { name: 'big', data: [9_007_199_254_740_993n, null, -1n] },
        { name: 'born', data: [new Date('1956-04-09'), null, new Date('2000-02-29')] },
        { name: 'seen', data: [new Date('1960-05-01T10:20:30.250Z'), null, new Date('1960-05-01')] },
        { name: 'day', data: [-day * 1_000_000n, null, 1_000_000_001n] },
        { name: 'money', data: [1.07, null, -0.05] },
        { name: 'wide', data: ['abc', null, 'def'].map((text) => text && new TextEncoder().encode(text)) },
        { name: 'ratio', data: [19560409, null, NaN] },
        { name: 'short', data: [Math.fround(0.1), null, 2.5] },
        { name: 'yes', data: [true, null, false] },
        { name: 'bytes', data: [new TextEncoder().encode('王'), null, new Uint8Array(0)] },
        { name: 'clock', data: [3_723_004, null, 0] },
      ],
    }));
    expect(columns).toHaveLength(11);
    expect(rows).toEqual([
      ['9007199254740993', '1956-04-09', '1960-05-01T10:20:30.25', '1969-12-31', '1.07', 'abc', '19560409', '0.1', 'true', '王', '01:02:03.004'],
      Array(11).fill(''),
      ['-1', '2000-02-29', '1960-05-01', '1970-01-01T00:00:01.000000001', '-0.05', 'def', '', '2.5', 'false', '', '00:00:00'],
    ]);
  });

  it('refuses a nested column when it is asked for, and only then', async () => {
    const path = file({
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'names', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'INT32', repetition_type: 'OPTIONAL' },
      ],
      columnData: [{ name: 'id', data: [1, 2] }, { name: 'names', data: [[1, 2], []] }],
    });
    expect((await readTable(path, ['id'])).rows).toEqual([['1'], ['2']]);
    expect(await faultOf(readTable(path, ['names', 'id']))).toMatchObject({ code: 'HUSHU-LINKAGE-29', details: { columns: ['names'] } });
  });
});

describe('a Parquet file that cannot be read', () => {
  const whole = new Uint8Array(parquetWriteBuffer(people));

  it.each([
    ['lacks its end', whole.subarray(0, whole.length - 100)],
    ['is its first half', whole.subarray(0, whole.length >> 1)],
    ['is four bytes', whole.subarray(0, 4)],
    ['has damaged pages', whole.map((byte, i) => (i > 4 && i < 4000 ? byte ^ 0x5a : byte))],
  ])('%s', async (_, bytes) => {
    expect(await faultOf(readTable(folder.file(bytes)))).toMatchObject({ code: 'HUSHU-LINKAGE-26', hint: { en: expect.stringContaining('copy') } });
  });

  it('has no rows, or not the column', async () => {
    expect(await faultOf(readTable(file({ columnData: [{ name: 'id', data: [], type: 'STRING' }] })))).toMatchObject({ code: 'HUSHU-LINKAGE-23' });
    expect(await faultOf(readTable(file(people), ['nobody']))).toMatchObject({ code: 'HUSHU-LINKAGE-28' });
  });
});
