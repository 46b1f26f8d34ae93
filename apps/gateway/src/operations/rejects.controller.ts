import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf } from './feeds-of.js';
import { OperationsReader } from './operations-reader.js';

const FILTER = { run: PARAMETER.id, feed: PARAMETER.name, rule: PARAMETER.name, field: PARAMETER.column };
const filterOf = (values: Record<string, string | undefined>): (string | null)[] => Object.keys(FILTER).map((name) => values[name] ?? null);

/** Rejected rows: which, by which rule; never what they held. For data officers. */
@Controller('v1/rejects')
export class RejectsController {
  constructor(@Inject(OperationsReader) private readonly reader: OperationsReader) {}

  @Get()
  @Policy('operations')
  async listRejects(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, FILTER);
    const [run = null, row = null, ordinal = null] = after ?? [];
    const rows = await this.reader.rows('reject_status', [...filterOf(values), run, row, ordinal, limit + 1, feedsOf(request)]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? cursorOf([last['run'], last['row_no'], last['ordinal']] as number[]) : null;
    sendJson(request, reply, { items: page.map(camelKeys), next });
  }

  /** How many rejects there are by run, feed, rule and field: where to begin. */
  @Get('facets')
  @Policy('operations')
  async countRejects(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, FILTER);
    const facets: Record<string, { value: string | null; rejects: number }[]> = { run: [], feed: [], rule: [], field: [] };
    for (const row of await this.reader.rows('reject_facet', [...filterOf(values), feedsOf(request)])) {
      facets[row['facet'] as string]!.push({ value: row['value'] as string | null, rejects: row['rejects'] as number });
    }
    sendJson(request, reply, { facets });
  }
}
