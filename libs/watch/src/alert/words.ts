import { transportTerms } from '#feeds';
import type { Text } from '#kernel';
import { driftWords, type DriftKind } from '#runs';
import type { FeedChange } from '../state/feed-watch.js';

type Cause = FeedChange['because'][number];

const COLOURS: Record<FeedChange['colour'], Text> = {
  green: { zh: '正常', en: 'well' }, amber: { zh: '需关注', en: 'to be looked at' }, red: { zh: '异常', en: 'not to be relied on' }, grey: { zh: '尚无数据', en: 'without data yet' },
};
const WHAT: Record<string, Text> = {
  'freshness overdue': { zh: '超期未更新', en: 'overdue' },
  'freshness never-delivered': { zh: '从未报送', en: 'never delivered' },
  'last-run held': { zh: '最近一批被挂起，待核实放行', en: 'the newest delivery is held and waits for people' },
  'last-run refused': { zh: '最近一批被拒绝', en: 'the newest delivery was refused' },
  'last-run failed': { zh: '最近一批处理失败', en: 'the newest delivery failed' },
};
const DIMENSIONS: Record<string, Text> = {
  completeness: { zh: '完整性', en: 'completeness' }, validity: { zh: '规范性', en: 'validity' }, uniqueness: { zh: '唯一性', en: 'uniqueness' },
  consistency: { zh: '一致性', en: 'consistency' }, timeliness: { zh: '时效性', en: 'timeliness' },
};

/** What is the matter, for people. */
export function causeText({ part, what }: Cause): Text {
  const said = WHAT[`${part} ${what}`];
  if (said !== undefined) return said;
  if (part === 'fetch') return fetchText(what);
  if (part === 'drift') return driftText(what);
  const [dimension, ...rest] = what.split(' ');
  const jump = rest.at(-1) === 'jump';
  const field = rest.slice(0, -1).join(' ');
  const of = DIMENSIONS[dimension] ?? { zh: dimension, en: dimension };
  return {
    zh: `${of.zh}${field === '' ? '' : `（${field}）`}${jump ? '较上一批明显下降' : '低于阈值'}`,
    en: `${of.en}${field === '' ? '' : ` of ${field}`} ${jump ? 'fell sharply since the delivery before' : 'is below its threshold'}`,
  };
}

function fetchText(rule: string): Text {
  const hint = transportTerms(rule)?.hint ?? { zh: '', en: '' };
  return { zh: `取数失败（${rule}）。${hint.zh}`, en: `fetching fails (${rule}). ${hint.en}` };
}

function driftText(what: string): Text {
  const stopped = what.startsWith('stopped ');
  const [kind, ...field] = what.slice(stopped ? 'stopped '.length : 0).split(' ');
  const { zh, en } = driftWords(kind as DriftKind);
  const of = field.join(' ');
  return {
    zh: `${stopped ? '已停用，' : ''}契约漂移：${zh}${of === '' ? '' : `（${of}）`}，待处理`,
    en: `${stopped ? 'stopped; ' : ''}contract drift: ${en.toLowerCase()}${of === '' ? '' : ` (${of})`}, to be settled`,
  };
}

/** One change as a sentence; `title` is the feed's. */
export function changeText({ before, colour, because }: Pick<FeedChange, 'before' | 'colour' | 'because'>, title: Text): Text {
  const causes = because.map(causeText);
  const why = (list: string[], open: string) => (list.length === 0 ? '' : `${open}${list.join('; ')}`);
  return {
    zh: `${title.zh}：${COLOURS[before].zh} → ${COLOURS[colour].zh}${why(causes.map(({ zh }) => zh), '。')}`,
    en: `${title.en}: ${COLOURS[before].en} → ${COLOURS[colour].en}${why(causes.map(({ en }) => en), '. ')}`,
  };
}
