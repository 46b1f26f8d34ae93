import type { Shape } from '#feeds';

const text: Shape = { is: 'text' };
const snake = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const column: Shape = { is: 'text', like: snake };
const share: Shape = { is: 'share' };
const named: Shape = { is: 'text', like: /^[a-z][a-z0-9-]*$/ };
const list = (of: Shape, min = 0): Shape => ({ is: 'list', of, min });

const side: Shape = { is: 'keys', required: { id: text }, optional: { source: text, household: text } };

/** `name`, or `former = name` where the sides call it otherwise. */
export const EQUAL = /^([a-z][a-z0-9_]*)(?:\s*=\s*([a-z][a-z0-9_]*))?$/;
const equal: Shape = list({ is: 'text', like: EQUAL }, 1);

const block: Shape = { is: 'keys', required: { name: named, equal }, optional: { where: text, at_most: { is: 'integer', min: 1, max: 1_000_000 } } };
const choice: Shape = { is: 'entries', keys: snake, of: list(named, 1) };

/** What may stand in a model file. */
export const MODEL: Shape = {
  is: 'keys',
  required: {
    title: text,
    version: { is: 'integer', min: 1, max: 2 ** 31 - 1 },
    matches: { is: 'text', oneOf: ['at-most-one', 'any'] },
    left: side,
    fields: {
      is: 'entries', keys: snake, min: 1,
      of: { is: 'keys', required: { as: named }, optional: { from: list(text, 1), left: list(text), right: list(text), options: { is: 'keys', required: {}, open: true } } },
    },
    block: list(block, 1),
    compare: {
      is: 'entries', keys: snake, min: 1,
      of: {
        is: 'keys',
        required: {
          levels: list({
            is: 'keys', required: { level: named }, optional: { when: text, frequency: column, exact: column, same: share, household: share },
          }, 2),
        },
        optional: { missing: text },
      },
    },
    decide: { is: 'keys', required: { accept: share, review: share } },
  },
  optional: {
    right: side,
    derive: list({ is: 'keys', required: { column, for: { is: 'text', oneOf: ['left', 'right'] }, take: text }, optional: { on: text } }),
    certain: list(block),
    doubt: list({ is: 'keys', required: { name: named, at_most: share }, optional: { all: choice, any: choice } }),
    once_a_source: { is: 'keys', required: { tolerate: choice } },
    train: {
      is: 'keys', required: {},
      optional: {
        records: { is: 'integer', min: 100, max: 1_000_000 }, random: { is: 'integer', min: 50, max: 5000 }, block_pairs: { is: 'integer', min: 1000, max: 1_000_000_000 },
      },
    },
  },
};
