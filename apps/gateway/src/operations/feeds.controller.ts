import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Freshness } from '#sharing';
import { feedColour, type FeedFacts } from '#staging';
import { sendJson } from '../http/json.js';
import { readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf, mayActOn } from './feeds-of.js';
import { OperationsReader } from './operations-reader.js';

/** Feeds and how they stand, for data officers. */
@Controller('v1/feeds')
export class FeedsController {
  constructor(@Inject(OperationsReader) private readonly reader: OperationsReader, @Inject(Freshness) private readonly freshness: Freshness) {}

  @Get()
  @Policy('operations')
  async listFeeds(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const rows = await this.reader.rows('feed_status', [feedsOf(request)]);
    const status = new Map(rows.map((row) => [row['feed'] as string, camelKeys(row)]));
    const condition = new Map((await this.reader.rows('feed_condition', [])).map((row) => [row['feed'] as string, row as { state: FeedFacts['lastRun']; measures: FeedFacts['measures']; drift: FeedFacts['drift'] }]));
    const feeds = this.freshness.list().filter(({ feed }) => mayActOn(request, feed)).map((feed) => {
      const { state = null, measures = [], drift = [] } = condition.get(feed.feed) ?? {};
      return { ...feed, ...status.get(feed.feed), ...feedColour({ at: feed.at, overdue: feed.overdue, lastRun: state, measures, drift }) };
    });
    sendJson(request, reply, { items: feeds });
  }
}
