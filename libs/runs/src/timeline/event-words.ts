import type { Text } from '#kernel';

/** Every kind of thing that happens to a feed, in words for people. */
const WORDS: Readonly<Record<string, Text>> = {
  delivered: { zh: '收到批次', en: 'Delivery taken in' },
  'run-taken-up-again': { zh: '批次重新处理', en: 'Run taken up again' },
  'run-held': { zh: '批次挂起，等待人工决定', en: 'Run held: people decide' },
  'run-published': { zh: '批次已发布', en: 'Run published' },
  'run-refused': { zh: '批次被拒绝', en: 'Delivery refused' },
  'run-failed': { zh: '批次处理失败', en: 'Run failed' },
  'run-discarded': { zh: '批次已舍弃', en: 'Run discarded' },
  'contract-applied': { zh: '契约生效', en: 'Contract applied' },
  'contract-withdrawn': { zh: '契约撤下', en: 'Contract withdrawn' },
  'settings-changed': { zh: '设置变更', en: 'Settings changed' },
  'hold-released': { zh: '放行挂起的批次', en: 'Held run released' },
  'release-proposed': { zh: '提议放行，待另一人同意', en: 'Release proposed: another person must agree' },
  'run-discard': { zh: '舍弃批次', en: 'Run discarded by a person' },
  'run-retried': { zh: '重做批次', en: 'Run taken up again by a person' },
  'redrive-ordered': { zh: '下达重驱', en: 'Rejects ordered to be driven again' },
  'redrive-cancelled': { zh: '取消重驱', en: 'Re-drive cancelled' },
  'rejects-reported': { zh: '拒收回流', en: 'Rejects reported to the supplier' },
  'replay-ordered': { zh: '下令重放一次处理', en: 'Replay of a run ordered' },
  replayed: { zh: '重放一次处理并比对', en: 'Run replayed and compared' },
  'copies-removed': { zh: '按留存期限清除批次副本', en: 'Copies of deliveries removed by policy' },
  fetched: { zh: '取到数据', en: 'Fetched' },
  'fetch-asked': { zh: '要求立即取数', en: 'Asked to fetch at once' },
  'fetch-failed': { zh: '取数失败', en: 'Fetching failed' },
  'fetch-recovered': { zh: '取数恢复', en: 'Fetching works again' },
  alert: { zh: '告警', en: 'Alert' },
  'receipt-received': { zh: '收到相邻枢纽的回执', en: 'Receipt from a neighbour hub' },
  'receipt-refused': { zh: '拒绝相邻枢纽的回执', en: 'Receipt of a neighbour hub refused' },
  'return-received': { zh: '收到相邻枢纽的拒收回流', en: 'Report of rejects from a neighbour hub' },
  'return-refused': { zh: '拒绝相邻枢纽的拒收回流', en: 'Report of rejects of a neighbour hub refused' },
  'receipt-sent': { zh: '已向相邻枢纽发送回执', en: 'Receipt sent to a neighbour hub' },
  'return-sent': { zh: '已向相邻枢纽发送拒收回流', en: 'Report of rejects sent to a neighbour hub' },
  'receipt-not-taken': { zh: '相邻枢纽不接受回执', en: 'Receipt not taken by a neighbour hub' },
  'return-not-taken': { zh: '相邻枢纽不接受拒收回流', en: 'Report of rejects not taken by a neighbour hub' },
  drift: { zh: '契约漂移', en: 'Contract drift' },
  'drift-settled': { zh: '契约漂移已消失', en: 'Contract drift gone' },
  'drift-accepted': { zh: '接受契约漂移', en: 'Contract drift accepted' },
  'drift-mapped': { zh: '为契约漂移建立对应', en: 'Contract drift mapped' },
  'amendment-lapsed': { zh: '契约补充已由契约文件取代', en: 'Amendment taken up by the folder' },
  'feed-stopped': { zh: '停用数据源，批次一律挂起', en: 'Feed stopped: what it delivers is held' },
  'feed-resumed': { zh: '恢复数据源', en: 'Feed resumed' },
};

/** What a kind of event is called; a kind nobody gave words to keeps its name. */
export function eventWords(kind: string): Text {
  return WORDS[kind] ?? { zh: kind, en: kind };
}
