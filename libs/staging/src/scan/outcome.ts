import { transportFault, type FeedContract, type RowFault } from '#feeds';
import { HubError } from '#kernel';
import type { Outcome, PublishedRun, Run, RunCounts, RunReason, Sighting } from '#runs';

/** Rules by which a delivery as a whole is refused. */
const REFUSALS = new Set([
  'file-empty', 'file-columns', 'file-other-feed', 'file-encoding', 'file-truncated', 'file-bomb', 'file-format', 'file-gone', 'key-contested',
  'manifest-differs',
]);

/** What a header shows. */
const COLUMNS = ['column-new', 'column-missing', 'column-renamed'] as const;

/** The refusal an error means, or null when the error is not about the delivery. */
export function refusedFor(error: unknown): Outcome | null {
  if (!(error instanceof HubError)) return null;
  const rule = (error.details as { rule?: string } | undefined)?.rule;
  if (rule === undefined || !REFUSALS.has(rule)) return null;
  const { drift } = error.details as { drift?: Sighting[] };
  return {
    state: 'refused', reason: { rule, text: error.text, hint: error.hint },
    ...(drift !== undefined && { drift: { sightings: drift, judged: COLUMNS.map((kind) => ({ kind, field: null })) } }),
  };
}

/** @throws HubError with rule manifest-differs when a delivery does not have the rows its manifest speaks of */
export function checkPromisedRows({ promisedRows }: Run, read: number): void {
  if (promisedRows === null || promisedRows === read) return;
  throw transportFault('manifest-differs', `清单称 ${promisedRows} 行，实有 ${read} 行`, `The manifest speaks of ${promisedRows} rows, there are ${read}`, { promised: promisedRows, read });
}

/** Why a delivery of a feed that people have stopped waits. */
export function heldStopped({ feed }: Run): RunReason {
  return {
    rule: 'feed-stopped', hint: { zh: '用 hushu drift list 查看，处理后用 hushu drift resume 恢复，挂起的批次随即继续', en: 'See hushu drift list; once it is put right, resume the feed with hushu drift resume: what is held goes on' },
    text: { zh: `数据源 ${feed} 因契约漂移已停用，批次挂起`, en: `The feed ${feed} is stopped because of contract drift: its deliveries are held` },
  };
}

/** Which delivery cannot be read again as it was, and why not. */
export interface Unread { why: 'contract' | 'copy' | 'rejects' | 'late' | 'stopped'; run: PublishedRun }

/** Why a late delivery cannot take its place in time, and what can be done about it. */
export function heldLate(run: Run, last: Run, unread: Unread): RunReason {
  const { zh, en } = unreadText(unread);
  return {
    rule: 'delivery-late',
    text: {
      zh: `批次时间 ${run.asOf.toISOString()} 早于已发布的 ${last.asOf.toISOString()}；${zh}，无法按时间先后重放`,
      en: `As of ${run.asOf.toISOString()}, before the published ${last.asOf.toISOString()}; ${en}, so they cannot be replayed with it in its place`,
    },
    hint: unread.why === 'copy' && unread.run.copyRemoved !== null ? {
      zh: '请供数部门交付包含这些变更的更新批次后舍弃此批；如常有迟到，延长 settings/retention.yaml 的留存期限',
      en: 'Ask the supplier for a newer delivery that holds these changes and discard this one; where deliveries often come late, keep copies longer (settings/retention.yaml)',
    } : { zh: '核实后可舍弃，或请供数部门交付更新的批次', en: 'Discard it, or ask for a newer delivery' },
  };
}

/** What stands in the way of reading a feed's deliveries again. */
export function unreadText({ why, run: { id, copyRemoved } }: Unread): { zh: string; en: string } {
  const day = copyRemoved?.toISOString().slice(0, 10);
  if (why === 'stopped') return { zh: `处理 ${id} 因数据源停用而挂起，从未读入`, en: `run ${id} was held because its feed was stopped, and was never read` };
  if (why === 'late') return { zh: `处理 ${id} 因迟到而挂起，从未排入时序`, en: `run ${id} was held because it came late and was never given its place in time` };
  if (why === 'rejects') return { zh: `处理 ${id} 若在其后重读，拒收的行会与当时不同`, en: `run ${id}, read again behind it, would reject other rows than it did` };
  if (why === 'contract') return { zh: `处理 ${id} 是按契约的其他版本读入的`, en: `run ${id} was read by another version of the contract` };
  return copyRemoved === null
    ? { zh: `处理 ${id} 没有留存的副本`, en: `run ${id} has no stored copy` }
    : { zh: `处理 ${id} 的副本已按留存期限于 ${day} 清除`, en: `policy removed the stored copy of run ${id} on ${day}` };
}

/** Why a delivery goes beyond its contract, or null; one that people have released does not. */
export function heldFor(o: {
  run: Run; contract: FeedContract; counts: RunCounts; currentRows: number; lacking: number; blocked: RowFault | null;
}): RunReason | null {
  const { counts, contract } = o;
  const release = { zh: '核实后运行 hushu run release 或 hushu run discard', en: 'When it is clear why, run hushu run release or hushu run discard' };
  if (o.run.released) return null;
  if (o.blocked !== null) {
    return {
      rule: o.blocked.rule, hint: release,
      text: { zh: `阻断性检查未通过: ${o.blocked.column ?? ''} ${o.blocked.rule}`, en: `A blocking check failed: ${o.blocked.column ?? ''} ${o.blocked.rule}` },
    };
  }
  // Of rejects driven again many may be rejected again: that says nothing of a delivery.
  if (o.run.redrive !== null) return null;
  if (o.run.mode === 'full' && o.currentRows > 0 && o.lacking > o.currentRows * contract.limits.shrink) {
    return {
      rule: 'delivery-shrinks', hint: release,
      text: counts.removed === 0 ? {
        zh: `现有 ${o.currentRows} 条中至少缺 ${o.lacking} 条（${percent(o.lacking, o.currentRows)}），契约允许 ${percent(contract.limits.shrink, 1)}；因有读不出主键的行，所缺的不会被移除`,
        en: `It lacks at least ${o.lacking} of ${o.currentRows} records (${percent(o.lacking, o.currentRows)}); the contract allows ${percent(contract.limits.shrink, 1)}. As it has rows whose key cannot be read, none of them would be removed`,
      } : {
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

/** The counts of a delivery whose changes wait for people. */
export function heldBack(counts: RunCounts): RunCounts {
  return { ...counts, added: 0, changed: 0, held: counts.added + counts.changed };
}

function percent(part: number, whole: number): string {
  return `${(100 * part / whole).toFixed(1)}%`;
}
