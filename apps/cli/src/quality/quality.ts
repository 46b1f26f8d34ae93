import { FeedCatalogue } from '#feeds';
import { feedColour, isOverdue, NO_CONDITION, readConditions } from '#staging';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';
import { withStore, type Store } from '../frame/store.js';

interface Options { level?: string }
type MeasureRow = (typeof NO_CONDITION)['measures'][number] & { feed: string; run: number; value: number; before: number | null }

/** Every feed's colour with its causes; of one feed, what was measured after its newest run. Partial when one is red. */
export const run: Work<Options> = ({ output, options, args }) => withStore(async (store) => {
  const { contracts } = await FeedCatalogue.load(store.settings.HUSHU_CONFIG);
  const measures = await newestMeasures(store);
  if (args[0] !== undefined) {
    const rows = measures.filter((row) => row.feed === args[0] && (options.level === undefined || row.level === options.level));
    output.data(rows, () => output.table(
      [{ zh: '维度', en: 'Dimension' }, { zh: '列', en: 'Column' }, { zh: '比例', en: 'Share' }, { zh: '上一批', en: 'Before' }, { zh: '判定', en: 'Level' }],
      rows.map((row) => [row.dimension, row.field, percent(row.value), row.before === null ? '' : percent(row.before), [row.level, row.because].filter(Boolean).join(' ')])));
    return rows.some(({ level }) => level === 'fail') ? EXIT.partial : EXIT.ok;
  }
  const conditions = await readConditions(store.database.pool('operations'));
  const feeds = contracts.map((contract) => {
    const { feed, title } = contract;
    const condition = conditions.get(feed) ?? NO_CONDITION;
    return { feed, title, ...feedColour(condition, isOverdue(condition, contract, new Date())) };
  });
  output.data(feeds, () => output.table(
    [{ zh: '数据源', en: 'Feed' }, { zh: '名称', en: 'Title' }, { zh: '颜色', en: 'Colour' }, { zh: '原因', en: 'Why' }],
    feeds.map(({ feed, title, colour, because }) => [feed, output.word(title), colour, because.map(({ part, what }) => `${part}: ${what}`).join('; ')])));
  return feeds.some(({ colour }) => colour === 'red') ? EXIT.partial : EXIT.ok;
});

async function newestMeasures(store: Store): Promise<MeasureRow[]> {
  const { rows } = await store.database.pool('operations').query<MeasureRow>(
    `select feed, run, dimension, field, value, before, level, because from staging.feed_measure m
     where run = (select max(n.run) from staging.feed_measure n where n.feed = m.feed) order by feed, dimension, field`);
  return rows;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
