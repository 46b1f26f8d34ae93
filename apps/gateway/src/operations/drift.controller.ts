import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { fieldLineage, type LineageContract } from '#registry';
import { contractsInForce, DRIFT_KINDS, DRIFT_STATES, Drifts, driftWords, Ledger, type Drift, type DriftFilter, type DriftVerb } from '#runs';
import { effectOf, listGrants, listProducts } from '#sharing';
import { decideDrift } from '#staging';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.js';
import { sendJson } from '../http/json.js';
import { Once } from '../http/once.js';
import { cursorOf, PARAMETER, readParameters, type ParameterRule } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { feedsOf, mayActOn } from './feeds-of.js';
import { officerOf } from './officer-of.js';

const oneOf = (values: readonly string[]): ParameterRule => ({ pattern: new RegExp(`^(${values.join('|')})$`), text: { zh: `应为 ${values.join(', ')} 之一`, en: `Must be one of ${values.join(', ')}` } });
const FILTER = { state: oneOf(DRIFT_STATES), kind: oneOf(DRIFT_KINDS) };

class Decision {
  @IsString() @MinLength(1) @MaxLength(500) reason!: string;
}

class Mapping extends Decision {
  @IsOptional() @IsString() @MinLength(1) @MaxLength(100) to?: string;
}

/** The inbox of what suppliers changed against their contracts, and what officers of those feeds decide about it. */
@Controller('v1')
export class DriftController {
  private readonly drifts: Drifts;

  constructor(@Inject(Database) private readonly database: Database, @Inject(Ledger) ledger: Ledger, @Inject(Once) private readonly once: Once) {
    this.drifts = new Drifts(database, ledger);
  }

  @Get('drift')
  @Policy('operations')
  listAll(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.list(request, reply, { ...FILTER, feed: PARAMETER.name }, {});
  }

  @Get('feeds/:feed/drift')
  @Policy('operations')
  listOfFeed(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { feed } = request.params as { feed: string };
    if (!PARAMETER.name.pattern.test(feed) || !mayActOn(request, feed)) throw plain('HUSHU-GATEWAY-20');
    return this.list(request, reply, FILTER, { feed });
  }

  @Get('drift/:id')
  @Policy('operations')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    sendJson(request, reply, (await this.shown([await this.entry(request)]))[0]!);
  }

  @Post('drift/:id/accept')
  @Policy('operations')
  accept(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('accept', request, reply);
  }

  @Post('drift/:id/map')
  @Policy('operations')
  map(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('map', request, reply);
  }

  @Post('drift/:id/stop')
  @Policy('operations')
  stop(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('stop', request, reply);
  }

  @Post('drift/:id/resume')
  @Policy('operations')
  resume(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('resume', request, reply);
  }

  private async list(request: FastifyRequest, reply: FastifyReply, rules: Record<string, ParameterRule>, fixed: { feed?: string }): Promise<void> {
    const { values, limit, after } = readParameters(request.query, rules);
    const filter = { feed: values['feed'], state: values['state'], kind: values['kind'], ...fixed, feeds: feedsOf(request) } as DriftFilter;
    const rows = await this.drifts.list(filter, { before: after?.[0], limit: limit + 1 });
    const page = rows.slice(0, limit);
    sendJson(request, reply, { items: await this.shown(page), next: rows.length > limit ? cursorOf([page.at(-1)!.id]) : null });
  }

  private async decide(verb: DriftVerb, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const by = officerOf(request);
    const { id } = await this.entry(request);
    const { reason, to } = verb === 'map' ? readBody(Mapping, request.body) : { ...readBody(Decision, request.body), to: undefined };
    await this.once.answer(request, reply, async () => {
      const decided = await decideDrift(this.drifts, id, { verb, by, reason, to });
      if (decided === null) throw plain('HUSHU-GATEWAY-20');
      return { body: { ...decided, drift: (await this.shown([decided.drift]))[0]! } };
    });
  }

  /** An entry of a feed outside is not there. */
  private async entry(request: FastifyRequest): Promise<Drift> {
    const { id } = request.params as { id: string };
    const drift = PARAMETER.id.pattern.test(id) ? await this.drifts.find(Number(id)) : null;
    if (drift === null || !mayActOn(request, drift.feed)) throw plain('HUSHU-GATEWAY-20');
    return drift;
  }

  /** With whom each reaches downstream, by the lineage of the contracts in force. */
  private async shown(drifts: readonly Drift[]): Promise<object[]> {
    if (drifts.length === 0) return [];
    const [contracts, products, grants] = await Promise.all([
      contractsInForce<LineageContract>(this.database.pool('operations')), listProducts(this.database), listGrants(this.database),
    ]);
    const strands = fieldLineage(contracts.map(({ definition }) => definition));
    return drifts.map((drift) => ({ ...drift, subject: drift.subject === '' ? null : drift.subject, text: driftWords(drift.kind), effect: effectOf(strands, products, grants, drift) }));
  }
}
