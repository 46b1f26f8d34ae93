import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Keys } from '../root/keys.js';
import { documentTokens, openNumbers, personIdsOf } from './token-batches.js';
import { documentToken, personIdOf } from './tokens.js';

const keys = new Keys(new Map([[1, Buffer.alloc(32, 7)]]));

describe('tokens in batches', () => {
  it('gives each person the id that is given one at a time', () => {
    const persons = Array.from({ length: 200 }, () => randomUUID());
    expect(personIdsOf(keys, persons)).toEqual(persons.map((person) => personIdOf(keys, person)));
  });

  it('gives each document the token that is given one at a time, and opens them again', () => {
    const tokens = documentTokens(keys, [{ kind: '111', number: '370399194912310029' }, null, { kind: '553', number: 'ABC123456789012' }]);
    expect(tokens).toEqual([documentToken(keys, '111', '370399194912310029'), null, documentToken(keys, '553', 'ABC123456789012')]);
    expect(openNumbers(keys, 'document', [tokens[0]!, tokens[2]!])).toEqual(['370399194912310029', 'ABC123456789012']);
  });

  it('takes none', () => {
    expect([documentTokens(keys, []), openNumbers(keys, 'document', []), personIdsOf(keys, [])]).toEqual([[], [], []]);
  });
});
