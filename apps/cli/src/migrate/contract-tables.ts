import { applyPlan, type Database, planTables, type TablePlan, type TableSpec } from '#database';
import type { FeedContract } from '#feeds';
import { HubError } from '#kernel';
import { reconcileTables } from '#reconcile';
import { registryTables } from '#registry';
import { stagingTables } from '#staging';

/** Every table that follows from a district's contracts, in the order data takes. */
export function contractTables(contracts: FeedContract[]): TableSpec[] {
  return [...stagingTables(contracts), ...reconcileTables(contracts), ...registryTables(contracts)];
}

/** What the contracts ask of the store; changes nothing. */
export async function planContracts(database: Database, contracts: FeedContract[]): Promise<TablePlan> {
  const owner = await database.connect('migrate');
  try {
    return await planTables(owner, contractTables(contracts));
  } finally {
    await owner.end();
  }
}

/**
 * Brings the store to the contracts and returns what was changed. What would lose stored values is done only when
 * `destructive` says so; otherwise throws HUSHU-CLI-03 naming it, with nothing changed.
 */
export async function applyContracts(database: Database, contracts: FeedContract[], destructive = false): Promise<TablePlan> {
  const owner = await database.connect('migrate');
  try {
    const plan = await planTables(owner, contractTables(contracts));
    const losses = plan.summary.filter((change) => change.destructive);
    if (losses.length > 0 && !destructive) throw losing(losses.map(({ relation, change }) => `${relation}: ${change}`));
    await applyPlan(owner, plan);
    return plan;
  } finally {
    await owner.end();
  }
}

function losing(losses: string[]): HubError {
  return new HubError({
    code: 'HUSHU-CLI-03',
    zh: `接入契约的改动会丢失已存的数据:\n  ${losses.join('\n  ')}`,
    en: `The contracts' change would lose stored values:\n  ${losses.join('\n  ')}`,
    hintZh: '确认后运行 hushu feed apply --destructive',
    hintEn: 'If that is meant, run hushu feed apply --destructive',
    details: losses,
  });
}
