import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength, ValidateNested } from 'class-validator';
import { readBody } from './body.js';

class Row {
  @IsInt() @Min(1) run!: number;
}

class Asked {
  @IsString() @MinLength(2) @MaxLength(5) reason!: string;
  @IsOptional() @IsInt() @Max(3) count?: number;
  @IsOptional() @IsString({ each: true }) @ArrayMaxSize(2) names?: string[];
  @IsOptional() @Matches(/^\d{4}$/, { context: { zh: '应为四位数字', en: 'Must be four digits' } }) year?: string;
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Row) 'a/b'?: Row[];
}

const faultsOf = (body: unknown): unknown[] => {
  try {
    readBody(Asked, body);
    return [];
  } catch (error) {
    return (error as { details: { faults: { pointer: string; rule: string; text: { en: string } }[] } }).details.faults.map(({ pointer, rule, text }) => [pointer, rule, text.en]);
  }
};

describe('reading a body', () => {
  it('gives what the class says', () => {
    const read = readBody(Asked, { reason: '好的', 'a/b': [{ run: 2 }] });
    expect(read).toBeInstanceOf(Asked);
    expect(read).toMatchObject({ reason: '好的', 'a/b': [{ run: 2 }] });
  });

  it('names every fault at once, where it stands', () => {
    expect(faultsOf({ reason: 'x', count: 7, names: ['a', 2, 'c'], year: 'then', 'a/b': [{ run: 1 }, { run: 0, extra: 1 }, 'row'], more: 1 })).toEqual(expect.arrayContaining([
      ['/reason', 'min-length', 'At least 2 characters'], ['/count', 'max', 'At most 3'], ['/names', 'is-string', 'Must be text'],
      ['/year', 'matches', 'Must be four digits'], ['/a~1b/1/run', 'min', 'At least 1'], ['/a~1b/1/extra', 'unknown-key', 'There is no such key'],
      ['/a~1b/2', 'shape', 'Must be a JSON object'], ['/more', 'unknown-key', 'There is no such key'],
    ]));
  });

  it('calls missing what is missing, and nothing an object that is none', () => {
    expect(faultsOf({})).toEqual([['/reason', 'missing', 'Must be given']]);
    for (const body of [null, undefined, 'x', 7, []]) expect(faultsOf(body)).toEqual([['', 'shape', 'The body must be a JSON object']]);
  });

  it('quotes nothing that was sent', () => {
    expect(JSON.stringify(faultsOf({ reason: 'SECRETVALUE', names: 'SECRETVALUE', year: 'SECRETVALUE', 'a/b': 'SECRETVALUE' }))).not.toContain('SECRET');
  });
});
