import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { Ledger, type OfficerSettings, type Verb } from '#runs';
import { IsString, MaxLength, MinLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.js';
import { Once } from '../http/once.js';
import { readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { officerOf } from './officer-of.js';
import { runInSight } from './run-in-sight.js';

export const OFFICERS = Symbol('OFFICERS');

class Decision {
  @IsString() @MinLength(1) @MaxLength(500) reason!: string;
}

/** What officers decide about held and failed runs of their feeds; who they are is their client's to say, not theirs. */
@Controller('v1/runs')
export class RunDecisionsController {
  constructor(
    @Inject(Database) private readonly database: Database, @Inject(Ledger) private readonly ledger: Ledger,
    @Inject(OFFICERS) private readonly officers: OfficerSettings, @Inject(Once) private readonly once: Once,
  ) {}

  @Post(':id/release')
  @Policy('operations')
  release(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('release', request, reply);
  }

  @Post(':id/discard')
  @Policy('operations')
  discard(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('discard', request, reply);
  }

  @Post(':id/retry')
  @Policy('operations')
  retry(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.decide('retry', request, reply);
  }

  private async decide(verb: Verb, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const by = officerOf(request);
    const { run } = await runInSight(request, this.database);
    const { reason } = readBody(Decision, request.body);
    await this.once.answer(request, reply, async () => {
      const decided = await this.ledger.decide(run, verb, { by, reason }, this.officers.release.people);
      if (decided === null) throw plain('HUSHU-GATEWAY-20');
      return { body: decided };
    });
  }
}
