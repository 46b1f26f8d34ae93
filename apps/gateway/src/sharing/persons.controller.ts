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
    const answer = await this.query.answer(request.caller!, request.body, request.id);
    const { limit, remaining, resetSeconds } = answer.rate;
    const lines = request.headers.accept?.includes(NDJSON) === true;
    void reply
      .header('content-type', lines ? NDJSON : 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('vary', 'accept')
      .header('ratelimit-policy', `"grant";q=${limit};w=1`)
      .header('ratelimit', `"grant";r=${remaining};t=${resetSeconds}`)
      .send(lines ? linesOf(answer) : documentOf(answer));
  }
}

function documentOf({ items, meta }: QueryAnswer): string | Buffer {
  return joined('{"items":[', items, ',', `],"meta":${meta}}`);
}

/** One item a line, in order; the last line holds the meta. */
function linesOf({ items, meta }: QueryAnswer): string | Buffer {
  return joined('', items, '\n', `\n{"meta":${meta}}\n`);
}

/** Answers of more items are written as bytes at once: one string of them would be copied twice more. */
const AS_TEXT = 20;

function joined(head: string, items: readonly string[], between: string, tail: string): string | Buffer {
  if (items.length <= AS_TEXT) return head + items.join(between) + tail;
  let length = head.length + tail.length + items.length;
  for (const item of items) length += item.length;
  // A UTF-16 unit takes three bytes of UTF-8 at most.
  const bytes = Buffer.allocUnsafe(3 * length);
  let at = bytes.write(head, 0);
  for (let i = 0; i < items.length; i++) {
    if (i > 0) at += bytes.write(between, at);
    at += bytes.write(items[i]!, at);
  }
  at += bytes.write(tail, at);
  return bytes.subarray(0, at);
}
