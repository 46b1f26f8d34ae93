import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { readProgress } from '#runs';
import { groupRejects } from '#staging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { mayActOn } from './feeds-of.js';

/** What went wrong in a run, grouped: by rule and column, with the numbers of a few rows. */
@Controller('v1/runs')
export class RunErrorsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get(':id/errors')
  @Policy('operations')
  async listErrors(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const { id } = request.params as { id: string };
    if (!PARAMETER.id.pattern.test(id)) throw plain('HUSHU-GATEWAY-20');
    const pool = this.database.pool('operations');
    const [run] = await readProgress(pool, [Number(id)]);
    if (!run || !mayActOn(request, run.feed)) throw plain('HUSHU-GATEWAY-20');
    sendJson(request, reply, { run: run.run, feed: run.feed, items: await groupRejects(pool, run.run) });
  }
}
