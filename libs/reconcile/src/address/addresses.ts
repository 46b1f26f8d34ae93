import { identifier } from '#database';
import { feedRelation, stagedColumns, type FeedContract } from '#feeds';
import type { StagedRun } from '#staging';
import type { Steps } from '../apply/steps.js';

/** A feed that speaks of no person and has an address: the register of standard addresses. */
export function isAddressRegister(contract: FeedContract): boolean {
  return contract.roles.length === 0 && contract.key.length === 1 && contract.fields.some(({ type }) => type === 'address');
}

/** Brings the standard addresses to what their register says now. */
export async function applyAddresses(steps: Steps, s: StagedRun): Promise<void> {
  const parts = addressParts(s.contract);
  if (!s.first) await steps.file('address', import.meta.dirname, 'address_gone', {}, [s.run]);
  await steps.file('address', import.meta.dirname, 'standard_address', parts, [s.run, s.first]);
}

export function addressParts(contract: FeedContract): Record<string, string> {
  const names = new Set(stagedColumns(contract).map(({ name }) => name));
  const column = (found: (field: FeedContract['fields'][number]) => boolean): string => {
    const field = contract.fields.find(found);
    if (!field) return 'null::text';
    return `s.${identifier(names.has(`${field.as}_value`) ? `${field.as}_value` : field.as)}`;
  };
  return {
    current: identifier('staging', feedRelation(contract.feed)),
    code: column((field) => field.column === contract.key[0]),
    division: column(({ type }) => type === 'division'),
    address: column(({ type }) => type === 'address'),
  };
}
