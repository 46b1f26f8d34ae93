import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { groupRejects } from '#staging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { runInSight } from './run-in-sight.js';

/** What went wrong in a run, grouped: by rule and column, with the numbers of a few rows. */
@Controller('v1/runs')
export class RunErrorsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get(':id/errors')
  @Policy('operations')
  async listErrors(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const run = await runInSight(request, this.database);
    sendJson(request, reply, { run: run.run, feed: run.feed, items: await groupRejects(this.database.pool('operations'), run.run) });
  }
}
