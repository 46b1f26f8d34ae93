import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PersonQuery, type QueryAnswer } from '#sharing';
import { Policy } from '../http/policy.decorator.js';

const NDJSON = 'application/x-ndjson';

/** Records of people, for departments. */
@Controller('v1/persons')
export class PersonsController {
  constructor(@Inject(PersonQuery) private readonly query: PersonQuery) {}

  @Post('query')
  @HttpCode(200)
  @Policy('persons')
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const lines = request.headers.accept?.includes(NDJSON) === true;
    const answer = await this.query.answer(request.caller!, request.body, request.id, lines ? '\n' : ',');
    const { limit, remaining, resetSeconds } = answer.rate;
    void reply
      .header('content-type', lines ? NDJSON : 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('vary', 'accept')
      .header('ratelimit-policy', `"grant";q=${limit};w=1`)
      .header('ratelimit', `"grant";r=${remaining};t=${resetSeconds}`)
      .send(lines ? linesOf(answer) : documentOf(answer));
  }
}

function documentOf({ items, meta }: QueryAnswer): Buffer {
  return Buffer.concat([Buffer.from('{"items":['), items, Buffer.from(`],"meta":${meta}}`)]);
}

/** One item a line, in order; the last line holds the meta. */
function linesOf({ items, meta }: QueryAnswer): Buffer {
  return Buffer.concat([items, Buffer.from(`\n{"meta":${meta}}\n`)]);
}
