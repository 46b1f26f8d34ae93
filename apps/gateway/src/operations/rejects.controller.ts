import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Database } from '#database';
import { countRejects, searchRejects, type RejectFilter, type RejectState } from '#staging';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf } from './feeds-of.js';

const FILTER = {
  run: PARAMETER.id, feed: PARAMETER.name, rule: PARAMETER.name, field: PARAMETER.column, township: PARAMETER.township, value: PARAMETER.token, state: PARAMETER.name,
};

/** Rejected rows: which, by which rule, and what became of them; never what they held. For data officers. */
@Controller('v1/rejects')
export class RejectsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @Policy('operations')
  async listRejects(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, FILTER);
    const rows = await searchRejects(this.database, filterOf(values, request), { after: after as [number, number, number] | undefined, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? cursorOf([last.run, last.row_no, last.ordinal]) : null;
    sendJson(request, reply, { items: page.map((row) => camelKeys({ ...row })), next });
  }

  /** How many rejects there are by run, feed, rule, field, township, value and state: where to begin. */
  @Get('facets')
  @Policy('operations')
  async countRejects(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, FILTER);
    sendJson(request, reply, { facets: await countRejects(this.database, filterOf(values, request)) });
  }
}

function filterOf({ run, state, ...rest }: Record<string, string | undefined>, request: FastifyRequest): RejectFilter {
  const { limit: _limit, cursor: _cursor, ...named } = rest;
  return { ...named, run: run === undefined ? undefined : Number(run), state: state as RejectState | undefined, feeds: feedsOf(request) };
}
