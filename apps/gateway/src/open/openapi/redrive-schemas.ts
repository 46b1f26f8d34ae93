import { REJECT_STATES } from '#staging';

const nullable = (type: string, description?: string): object => ({ type: [type, 'null'], ...(description !== undefined && { description }) });
const id = { type: 'integer', minimum: 1 };
const count = { type: 'integer', minimum: 0 };
const filter = {
  run: id, row: id, rule: { type: 'string' }, field: { type: 'string', description: '供数部门的列名 a column as the supplier names it' },
  township: { type: 'string', pattern: '^\\d{9}$' }, value: { type: 'string', description: '出错的值的标记 token of a faulty cell\'s value, as the facets give it' },
};

/** Orders to drive rejects again. */
export const redriveSchemas: Record<string, object> = {
  RedriveOrder: {
    type: 'object', additionalProperties: false, required: ['feed'],
    description: '某数据源中符合全部条件的未解决拒收行;不给条件即全部 open rejects of a feed for which all that is given holds; all of them when nothing is',
    properties: {
      feed: { type: 'string' }, ...filter,
      valueText: { type: 'string', maxLength: 2000, description: '出错的值本身,代替 value the faulty value itself, in place of its token; it is not kept' },
      repairs: {
        type: 'array', minItems: 1, maxItems: 1000, description: '以新值代替;加密保存 values to put in place of others; kept sealed, never shown',
        items: {
          type: 'object', additionalProperties: false, required: ['column', 'to'],
          properties: {
            run: id, row: { ...id, description: '与 run 一起给出时只改这一行 with run: this row alone' }, column: { type: 'string' },
            from: { type: 'string', maxLength: 2000, description: '只改此值 only where this value stands' }, to: { type: 'string', maxLength: 2000 },
          },
        },
      },
    },
  },
  RedriveCount: { type: 'object', required: ['feed', 'matched', 'dryRun'], properties: { feed: { type: 'string' }, matched: count, dryRun: { const: true } } },
  Redrive: {
    type: 'object', required: ['id', 'feed', 'filter', 'state', 'rowsDone'],
    properties: {
      id, feed: { type: 'string' }, filter: { type: 'object', properties: filter }, repairedColumns: { type: 'array', items: { type: 'string' } }, by: { type: 'string' },
      state: { enum: ['waiting', 'running', 'driving', 'held', 'done', 'cancelled', 'failed'], description: 'running: its delivery is being written; driving: its run is at work; held: people decide on its run' },
      step: nullable('string', 'wait, write, then the steps of its run'),
      matched: nullable('integer', 'rows the filter named when it was taken up'), leftOut: nullable('integer', 'of those, what cannot be driven as it is'),
      run: nullable('integer', 'the run they went into'), rowsDone: count, rowsExpected: nullable('integer'), rowsPerSecond: nullable('number'), etaSeconds: nullable('number'),
      reason: nullable('object', '{rule, text, hint}: why it failed or is held'), createdAt: { type: 'string', format: 'date-time' }, endedAt: nullable('string'),
      outcome: {
        type: ['object', 'null'], description: 'rows = mended + rejectedAgain + superseded + open, where rows = matched - leftOut',
        properties: { rows: count, mended: count, rejectedAgain: count, superseded: count, open: count },
      },
    },
  },
  SettledRejects: {
    type: 'object', required: ['run', 'feed', 'items'], properties: {
      run: id, feed: { type: 'string' }, items: {
        type: 'array', items: {
          type: 'object', properties: { how: { enum: REJECT_STATES.filter((state) => state !== 'open' && state !== 'discarded') }, ofRun: id, rule: { type: 'string' }, text: nullable('object'), field: nullable('string'), rejects: count },
        },
      },
    },
  },
};
