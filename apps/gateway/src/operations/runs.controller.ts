import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf } from './feeds-of.js';
import { OperationsReader } from './operations-reader.js';

const STATE = { pattern: /^[a-z]{1,20}$/, text: { zh: '应为运行状态', en: 'Must be a state of a run' } };

/** Runs and their steps, for data officers. Nothing here speaks of a person. */
@Controller('v1/runs')
export class RunsController {
  constructor(@Inject(OperationsReader) private readonly reader: OperationsReader) {}

  @Get()
  @Policy('operations')
  async listRuns(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, { feed: PARAMETER.name, state: STATE });
    const rows = await this.reader.rows('run_status', [after?.[0] ?? null, values['feed'] ?? null, values['state'] ?? null, limit + 1, feedsOf(request)]);
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? cursorOf([page.at(-1)!['id'] as number]) : null;
    sendJson(request, reply, { items: page.map(camelKeys), next });
  }

  @Get(':id')
  @Policy('operations')
  async getRun(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = request.params as { id: string };
    if (!PARAMETER.id.pattern.test(id)) throw plain('HUSHU-GATEWAY-20');
    const [run] = await this.reader.rows('run_status', [Number(id) + 1, null, null, 1, feedsOf(request)]);
    if (run?.['id'] !== Number(id)) throw plain('HUSHU-GATEWAY-20');
    const [steps, decisions, copy] = await Promise.all(['run_step', 'run_decision', 'run_copy'].map((what) => this.reader.rows(what, [Number(id)])));
    sendJson(request, reply, { ...camelKeys(run), copy: camelKeys(copy![0]!), steps: steps!.map(camelKeys), decisions: decisions!.map(camelKeys) });
  }
}
