import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Keys } from '#keys';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { AnsweredCalls, type KeyedCall } from './answered-calls.js';

const HOUR = 3_600_000;

describe('calls that name a key', () => {
  let store: TestDatabase;
  let calls: AnsweredCalls;
  let now = new Date('2026-03-01T08:00:00Z');
  const call: KeyedCall = { client: 'c', key: 'k', route: 'POST /v1/runs/7/release', body: '{"reason":"SENTINEL"}' };

  beforeAll(async () => {
    store = await testDatabase();
    calls = new AnsweredCalls(store.database, new Keys(new Map([[1, Buffer.alloc(32, 9)]])), { now: () => now });
  });
  afterAll(() => store.drop());

  it('are done by one of any number that ask at once, and answered alike from then on', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => calls.take(call)));
    expect(taken.map(({ outcome }) => outcome).sort()).toEqual([...Array<string>(7).fill('busy'), 'mine']);
    await calls.keep(call, { status: 201, answer: '{"a":1}' });
    expect(await calls.take(call)).toEqual({ outcome: 'answered', status: 201, answer: '{"a":1}' });
  });

  it('are told from another call under the same key, and from the same call of another client', async () => {
    expect(await calls.take({ ...call, body: '{}' })).toEqual({ outcome: 'other' });
    expect(await calls.take({ ...call, route: 'POST /v1/runs/8/release' })).toEqual({ outcome: 'other' });
    expect(await calls.take({ ...call, client: 'd' })).toEqual({ outcome: 'mine' });
  });

  it('may be sent again when they were refused, and when whoever did them died', async () => {
    const other = { ...call, key: 'refused' };
    expect(await calls.take(other)).toEqual({ outcome: 'mine' });
    await calls.forget(other);
    expect(await calls.take(other)).toEqual({ outcome: 'mine' });
    now = new Date(now.getTime() + 60_000);
    expect(await calls.take(other)).toEqual({ outcome: 'busy' });
    now = new Date(now.getTime() + 60_000);
    expect(await calls.take({ ...other, body: '{}' })).toEqual({ outcome: 'other' });
    expect((await Promise.all([calls.take(other), calls.take(other)])).map(({ outcome }) => outcome).sort()).toEqual(['busy', 'mine']);
  });

  it('are forgotten after a day, and their bodies are nowhere', async () => {
    const { rows } = await store.database.pool('access').query('select to_jsonb(c)::text as row from access.answered_call c');
    expect(JSON.stringify(rows)).not.toMatch(/SENTINEL/);
    now = new Date(now.getTime() + 25 * HOUR);
    expect(await calls.take({ ...call, body: 'another day' })).toEqual({ outcome: 'mine' });
    await calls.sweep();
    expect((await store.database.pool('access').query('select key from access.answered_call')).rows).toEqual([{ key: 'k' }]);
  });
});
