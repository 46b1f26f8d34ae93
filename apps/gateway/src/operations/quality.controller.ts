import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DIMENSIONS } from '#staging';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf } from './feeds-of.js';
import { OperationsReader } from './operations-reader.js';

const FILTER = {
  feed: PARAMETER.name,
  dimension: { pattern: new RegExp(`^(${DIMENSIONS.join('|')})$`), text: { zh: `应为 ${DIMENSIONS.join(', ')} 之一`, en: `Must be one of ${DIMENSIONS.join(', ')}` } },
  field: PARAMETER.column,
  level: { pattern: /^(ok|warn|fail)$/, text: { zh: '应为 ok, warn 或 fail', en: 'Must be ok, warn or fail' } },
};

/** How good feeds were, run by run: shares by dimension and column, never a value. For data officers. */
@Controller('v1/quality')
export class QualityController {
  constructor(@Inject(OperationsReader) private readonly reader: OperationsReader) {}

  @Get()
  @Policy('operations')
  async listMeasures(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, FILTER);
    const [run = null, ordinal = null] = after ?? [];
    const rows = await this.reader.rows('feed_measure', [...Object.keys(FILTER).map((name) => values[name] ?? null), run, ordinal, limit + 1, feedsOf(request)]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? cursorOf([last['run'], last['ordinal']] as number[]) : null;
    sendJson(request, reply, { items: page.map(({ ordinal: _place, ...measure }) => camelKeys(measure)), next });
  }
}
