import { describe, expect, it } from '@jest/globals';
import { Coverage } from './audit-coverage.js';

const LOADED = { kind: 'grant-loaded', grant: 'g', version: 'v1', department: 'd', fields: ['identity.name', 'identity.sex'], detail: { valid: { from: '2025-01-01', to: '2025-12-31' } } };
const LOOK = { kind: 'query', grant: 'g', version: 'v1', department: 'd', fields: ['identity.name'], persons: ['p'] };

function faultsOf(...events: object[]): string[] {
  const coverage = new Coverage();
  events.forEach((event, i) => { coverage.see(i + 1, JSON.stringify({ at: '2025-06-01T00:00:00.000Z', ...event })); });
  return coverage.faults.map(({ seq, fault }) => `${seq}:${fault}`);
}

describe('what the audit proves of every look', () => {
  it('is that it was within terms loaded before it', () => {
    expect(faultsOf(LOADED, LOOK, { ...LOADED, version: 'v2', fields: [] }, LOOK)).toEqual([]);
    expect(faultsOf(LOOK, LOADED)).toEqual(['1:unknown-terms']);
  });

  it.each([
    ['a field the terms do not hold', { fields: ['identity.name', 'health.status'] }, 'beyond-terms'],
    ['no word of its fields', { fields: undefined }, 'beyond-terms'],
    ['terms that were never loaded', { version: 'v9' }, 'unknown-terms'],
    ['another department\'s grant', { department: 'x' }, 'unknown-terms'],
    ['a time before the grant begins', { at: '2024-12-31T15:59:59.000Z' }, 'outside-term'],
    ['a time after the grant has ended', { at: '2025-12-31T16:00:02.000Z' }, 'outside-term'],
  ])('finds a look with %s', (_title, change, fault) => {
    expect(faultsOf(LOADED, { ...LOOK, ...change })).toEqual([`2:${fault}`]);
  });

  it('finds a look more than a second after the grant was revoked', () => {
    const revoked = { kind: 'grant-revoked', grant: 'g', at: '2025-06-01T00:00:00.000Z' };
    expect(faultsOf(LOADED, revoked, { ...LOOK, at: '2025-06-01T00:00:00.900Z' })).toEqual([]);
    expect(faultsOf(LOADED, revoked, { ...LOOK, at: '2025-06-01T00:00:01.100Z' })).toEqual(['3:revoked']);
  });
});
