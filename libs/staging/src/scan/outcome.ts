import { transportFault, type FeedContract, type RowFault } from '#feeds';
import { HubError } from '#kernel';
import type { Outcome, Run, RunCounts, RunReason } from '#runs';

/** Rules by which a delivery as a whole is refused. */
const REFUSALS = new Set([
  'file-empty', 'file-columns', 'file-other-feed', 'file-encoding', 'file-truncated', 'file-bomb', 'file-format', 'file-gone', 'key-contested',
  'manifest-differs',
]);

/** The refusal an error means, or null when the error is not about the delivery. */
export function refusedFor(error: unknown): Outcome | null {
  if (!(error instanceof HubError)) return null;
  const rule = (error.details as { rule?: string } | undefined)?.rule;
  if (rule === undefined || !REFUSALS.has(rule)) return null;
  return { state: 'refused', reason: { rule, text: error.text, hint: error.hint } };
}

/** @throws HubError with rule manifest-differs when a delivery does not have the rows its manifest speaks of */
export function checkPromisedRows({ promisedRows }: Run, read: number): void {
  if (promisedRows === null || promisedRows === read) return;
  throw transportFault('manifest-differs', `清单称 ${promisedRows} 行，实有 ${read} 行`, `The manifest speaks of ${promisedRows} rows, there are ${read}`, { promised: promisedRows, read });
}

/** Why a delivery goes beyond its contract, or null. One that people have released is held for being late alone. */
export function heldFor(o: {
  run: Run; contract: FeedContract; counts: RunCounts; currentRows: number; blocked: RowFault | null; lastAsOf: Date | null;
}): RunReason | null {
  const { counts, contract } = o;
  const release = { zh: '核实后运行 hushu run release 或 hushu run discard', en: 'When it is clear why, run hushu run release or hushu run discard' };
  if (o.lastAsOf !== null && o.run.asOf < o.lastAsOf) {
    return {
      rule: 'delivery-late', hint: { zh: '它早于已发布的批次；核实后可舍弃，或请供数部门交付更新的批次', en: 'It is older than what is published: discard it, or ask for a newer delivery' },
      text: {
        zh: `批次时间 ${o.run.asOf.toISOString()} 早于已发布的 ${o.lastAsOf.toISOString()}`,
        en: `As of ${o.run.asOf.toISOString()}, before the published ${o.lastAsOf.toISOString()}`,
      },
    };
  }
  if (o.run.released) return null;
  if (o.blocked !== null) {
    return {
      rule: o.blocked.rule, hint: release,
      text: { zh: `阻断性检查未通过: ${o.blocked.column ?? ''} ${o.blocked.rule}`, en: `A blocking check failed: ${o.blocked.column ?? ''} ${o.blocked.rule}` },
    };
  }
  // Of rejects driven again many may be rejected again: that says nothing of a delivery.
  if (o.run.redrive !== null) return null;
  if (o.run.mode === 'full' && o.currentRows > 0 && counts.removed > o.currentRows * contract.limits.shrink) {
    return {
      rule: 'delivery-shrinks', hint: release,
      text: {
        zh: `将移除 ${counts.removed} 条，占现有 ${o.currentRows} 条的 ${percent(counts.removed, o.currentRows)}，契约允许 ${percent(contract.limits.shrink, 1)}`,
        en: `It would remove ${counts.removed} of ${o.currentRows} records (${percent(counts.removed, o.currentRows)}); the contract allows ${percent(contract.limits.shrink, 1)}`,
      },
    };
  }
  if (counts.read > 0 && counts.rejected > Math.max(10, counts.read * contract.limits.rejects)) {
    return {
      rule: 'rejects-above-limit', hint: release,
      text: {
        zh: `拒收 ${counts.rejected} 行，占 ${percent(counts.rejected, counts.read)}，契约允许 ${percent(contract.limits.rejects, 1)}`,
        en: `${counts.rejected} rows rejected (${percent(counts.rejected, counts.read)}); the contract allows ${percent(contract.limits.rejects, 1)}`,
      },
    };
  }
  return null;
}

function percent(part: number, whole: number): string {
  return `${(100 * part / whole).toFixed(1)}%`;
}
