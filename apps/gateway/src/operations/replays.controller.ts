import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { Replays, type Replay } from '#runs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { Once } from '../http/once.js';
import { PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { mayActOn } from './feeds-of.js';
import { officerOf } from './officer-of.js';
import { runInSight } from './run-in-sight.js';

/** Past runs of an officer's feeds read again: ordered here, done by a worker, found here. Nothing that is served changes by it. */
@Controller('v1')
export class ReplaysController {
  constructor(@Inject(Database) private readonly database: Database, @Inject(Replays) private readonly replays: Replays, @Inject(Once) private readonly once: Once) {}

  @Post('runs/:id/replay')
  @Policy('operations')
  async order(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const by = officerOf(request);
    const { run } = await runInSight(request, this.database);
    await this.once.answer(request, reply, async () => {
      const order = (await this.replays.order(run, by))!;
      return { status: 202, body: shown(order), location: `/v1/replays/${order.id}` };
    });
  }

  @Get('replays/:id')
  @Policy('operations')
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const { id } = request.params as { id: string };
    const order = PARAMETER.id.pattern.test(id) ? await this.replays.find(Number(id)) : null;
    if (order === null || !mayActOn(request, order.feed)) throw plain('HUSHU-GATEWAY-20');
    sendJson(request, reply, shown(order));
  }
}

function shown({ createdAt, endedAt, ...order }: Replay): object {
  return { ...order, createdAt: createdAt.toISOString(), endedAt: endedAt?.toISOString() ?? null };
}
