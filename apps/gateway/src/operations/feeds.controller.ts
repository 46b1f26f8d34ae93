import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { Freshness } from '#sharing';
import { feedColour, NO_CONDITION, readConditions } from '#staging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf, mayActOn } from './feeds-of.js';
import { OperationsReader } from './operations-reader.js';

/** Feeds and how they stand, for data officers. */
@Controller('v1/feeds')
export class FeedsController {
  constructor(
    @Inject(OperationsReader) private readonly reader: OperationsReader, @Inject(Database) private readonly database: Database,
    @Inject(Freshness) private readonly freshness: Freshness,
  ) {}

  @Get()
  @Policy('operations')
  async listFeeds(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const rows = await this.reader.rows('feed_status', [feedsOf(request)]);
    const status = new Map(rows.map((row) => [row['feed'] as string, camelKeys(row)]));
    const conditions = await readConditions(this.database.pool('operations'));
    const feeds = this.freshness.list().filter(({ feed }) => mayActOn(request, feed))
      .map((feed) => ({ ...feed, ...status.get(feed.feed), ...feedColour(conditions.get(feed.feed) ?? NO_CONDITION, feed.overdue) }));
    sendJson(request, reply, { items: feeds });
  }
}
