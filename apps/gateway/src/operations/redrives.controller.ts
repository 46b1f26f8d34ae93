import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import type { ContractDefinition } from '#feeds';
import { Keys } from '#keys';
import { contractInForce, readRedrives, Redrives, type RedriveFilter, type RedriveProgress, type RedriveState } from '#runs';
import { countMatching, readOutcome, sealRepairs, valueToken } from '#staging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.js';
import { sendJson } from '../http/json.js';
import { Once } from '../http/once.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { feedsOf, mayActOn } from './feeds-of.js';
import { officerOf } from './officer-of.js';
import { RedriveOrdered } from './redrive-ordered.js';

const STATE = { pattern: /^[a-z]{1,20}$/, text: { zh: '应为重驱的状态', en: 'Must be a state of a re-drive' } };
const YES = { pattern: /^(true|false)$/, text: { zh: '应为 true 或 false', en: 'Must be true or false' } };

/**
 * Orders to drive rejects again, as they were or with other values: taken at once, done by a worker as a run of its own.
 * Values come in bodies alone, and leave by none of these.
 */
@Controller('v1/rejects/redrives')
export class RedrivesController {
  constructor(
    @Inject(Database) private readonly database: Database, @Inject(Redrives) private readonly redrives: Redrives,
    @Inject(Keys) private readonly keys: Keys, @Inject(Once) private readonly once: Once,
  ) {}

  /** With dryRun=true: how many rows it would take, and nothing is ordered. */
  @Post()
  @Policy('operations')
  async order(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, { dryRun: YES });
    const dryRun = values['dryRun'] === 'true';
    const by = dryRun ? '' : officerOf(request);
    const asked = readBody(RedriveOrdered, request.body);
    asked.check();
    const contract = mayActOn(request, asked.feed)
      ? (await contractInForce<ContractDefinition>(this.database.pool('operations'), asked.feed))?.definition : undefined;
    if (contract === undefined) throw noFeed();
    const repairs = sealRepairs(this.keys, contract, asked.repairs ?? []);
    const filter = this.filterOf(asked);
    if (dryRun) {
      void reply.code(200).header('cache-control', 'no-store').send({ feed: asked.feed, matched: await countMatching(this.database, asked.feed, filter), dryRun });
      return;
    }
    await this.once.answer(request, reply, async () => {
      const { id } = await this.redrives.order({ feed: asked.feed, filter, by, repairs });
      return { status: 202, location: `/v1/rejects/redrives/${id}`, body: shown((await this.find(id))!) };
    });
  }

  @Get()
  @Policy('operations')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, { feed: PARAMETER.name, state: STATE });
    const { feed, state } = values;
    const rows = await readRedrives(this.database.pool('operations'), { feed, state: state as RedriveState | undefined, feeds: feedsOf(request) }, { before: after?.[0], limit: limit + 1 });
    const page = rows.slice(0, limit);
    sendJson(request, reply, { items: page.map(shown), next: rows.length > limit ? cursorOf([page.at(-1)!.id]) : null });
  }

  @Get(':id')
  @Policy('operations')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const order = await this.theirs(request);
    sendJson(request, reply, { ...shown(order), outcome: await readOutcome(this.database.pool('operations'), order.id) });
  }

  @Post(':id/cancel')
  @Policy('operations')
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const by = officerOf(request);
    const { id } = await this.theirs(request);
    await this.once.answer(request, reply, async () => {
      const cancelled = await this.redrives.cancel(id, by);
      const order = (await this.find(id))!;
      if (!cancelled && order.state !== 'cancelled') throw plain('HUSHU-RUNS-20');
      return { body: shown(order) };
    });
  }

  private async theirs(request: FastifyRequest): Promise<RedriveProgress> {
    const { id } = request.params as { id: string };
    const order = PARAMETER.id.pattern.test(id) ? await this.find(Number(id)) : undefined;
    if (order === undefined || !mayActOn(request, order.feed)) throw plain('HUSHU-GATEWAY-20');
    return order;
  }

  private async find(id: number): Promise<RedriveProgress | undefined> {
    const [order] = await readRedrives(this.database.pool('operations'), { id }, { limit: 1 });
    return order;
  }

  private filterOf({ feed, run, row, rule, field, township, value, valueText }: RedriveOrdered): RedriveFilter {
    const token = valueText === undefined ? value : valueToken(this.keys, feed, valueText);
    return { run, row, rule, field, township, ...(token !== undefined && { valueToken: token }) };
  }
}

/** A feed of another department is not there either. */
function noFeed(): Error {
  return plain('HUSHU-GATEWAY-29', undefined, { faults: [{ pointer: '/feed', rule: 'unknown-feed', text: { zh: '没有这个数据源', en: 'There is no such feed' } }] });
}

/** The filter as it was asked for: what the ledger calls a value's token is `value` to callers. */
export function shown({ filter: { valueToken: value, ...filter }, ...order }: RedriveProgress): object {
  return { ...order, filter: { ...filter, ...(value !== undefined && { value }) } };
}
