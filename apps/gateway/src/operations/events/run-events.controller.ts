import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { readTransitions } from '#runs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readParameters } from '../../http/parameters.js';
import { Policy } from '../../http/policy.decorator.js';
import { plain } from '../../http/problem.js';
import { runInSight } from '../run-in-sight.js';
import { RunStreams } from './run-streams.js';

/** Runs as they go, as Server-Sent Events. */
@Controller('v1/runs')
export class RunEventsController {
  constructor(@Inject(RunStreams) private readonly streams: RunStreams, @Inject(Database) private readonly database: Database) {}

  @Get('events')
  @Policy('operations')
  async watchAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const after = lastSeen(request);
    if (request.method === 'HEAD') return answerHead(reply);
    await this.streams.watch(request, reply, null, after);
  }

  @Get(':id/events')
  @Policy('operations')
  async watchRun(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const run = await runInSight(request, this.database);
    const after = lastSeen(request);
    if (request.method === 'HEAD') return answerHead(reply);
    // A browser that comes back when all has been said is told, by 204, not to come again.
    const over = after !== undefined && run.step === null && run.state !== 'held' && (await readTransitions(this.database.pool('operations'), run.run, after, 1)).length === 0;
    if (over) void reply.code(204).header('cache-control', 'no-store').send();
    else await this.streams.watch(request, reply, run.run, after);
  }
}

function answerHead(reply: FastifyReply): void {
  void reply.header('content-type', 'text/event-stream; charset=utf-8').header('cache-control', 'no-store').send();
}

/** What Last-Event-ID says. Throws HUSHU-GATEWAY-26 where no stream gave it out. */
function lastSeen(request: FastifyRequest): number | undefined {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return undefined;
  if (typeof id === 'string' && /^\d{1,15}$/.test(id)) return Number(id);
  throw plain('HUSHU-GATEWAY-26', undefined, { faults: [{ parameter: 'Last-Event-ID', rule: 'shape', text: { zh: '不是给出过的事件编号', en: 'Not an event id that was given out' } }] });
}
