import { DIMENSIONS } from '#staging';
import { filter, page, type Operation } from './words.js';

/** How good feeds are. */
export const qualityPaths: Record<string, Record<string, Operation>> = {
  '/v1/quality': {
    get: page('数据质量 · quality of feeds after each run, by dimension (GB/T 36344) and column', [
      filter('feed'), { name: 'dimension', in: 'query', schema: { enum: [...DIMENSIONS] } }, filter('field'), { name: 'level', in: 'query', schema: { enum: ['ok', 'warn', 'fail'] } },
    ]),
  },
};
