import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { readTimeline, type TimelinePlace } from '#runs';
import { Freshness } from '#sharing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { mayActOn } from './feeds-of.js';

/** Everything that happened to a feed, on one line of time. */
@Controller('v1/feeds')
export class TimelineController {
  constructor(@Inject(Database) private readonly database: Database, @Inject(Freshness) private readonly freshness: Freshness) {}

  @Get(':feed/timeline')
  @Policy('operations')
  async listTimeline(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { feed } = request.params as { feed: string };
    const { limit, after } = readParameters(request.query, {});
    if (!PARAMETER.name.pattern.test(feed) || !mayActOn(request, feed)) throw plain('HUSHU-GATEWAY-20');
    const place = after === undefined ? null : after.length === 3 ? after as TimelinePlace : undefined;
    if (place === undefined) throw plain('HUSHU-GATEWAY-26', undefined, { faults: [{ parameter: 'cursor', rule: 'shape', text: { zh: '不是给出过的游标', en: 'Not a cursor that was given out' } }] });
    const { entries, next } = await readTimeline(this.database.pool('operations'), feed, place, limit);
    // A feed that was withdrawn keeps its past; one that never was has none.
    if (entries.length === 0 && place === null && !this.freshness.list().some((one) => one.feed === feed)) throw plain('HUSHU-GATEWAY-20');
    sendJson(request, reply, { items: entries, next: next === null ? null : cursorOf(next) });
  }
}
