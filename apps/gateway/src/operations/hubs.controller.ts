import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Neighbours } from '#exchange';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NEIGHBOURS } from '../exchange/exchange.controller.js';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { camelKeys } from './camel-keys.js';
import { feedsOf, mayActOn } from './feeds-of.js';
import { OperationsReader } from './operations-reader.js';

/** Neighbour hubs and what goes between us, for data officers. */
@Controller('v1/hubs')
export class HubsController {
  constructor(@Inject(OperationsReader) private readonly reader: OperationsReader, @Inject(NEIGHBOURS) private readonly neighbours: Neighbours) {}

  @Get()
  @Policy('operations')
  async listHubs(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const status = new Map((await this.reader.rows('hub_status', [feedsOf(request)])).map((row) => [row['hub'] as string, camelKeys(row)]));
    const items = this.neighbours.list.map(({ hub, title, relation, gives }) => ({
      hub, title, relation, gives: gives.map(({ feed }) => feed).filter((feed) => mayActOn(request, feed)),
      ...(status.get(hub) ?? { offered: 0, taken: 0, refused: 0, owed: 0, catalogueAt: null, catalogueReason: null }),
    }));
    sendJson(request, reply, { self: this.neighbours.self, items });
  }

  /** What neighbours give us, as their catalogues last said. */
  @Get('catalogue')
  @Policy('operations')
  async listEntries(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, { hub: PARAMETER.name });
    const rows = await this.reader.rows('hub_entry', [values['hub'] ?? null]);
    sendJson(request, reply, { items: rows.map(({ entry, fetched_at: fetchedAt }) => ({ ...entry as object, fetchedAt })) });
  }

  /** Deliveries offered to neighbours, newest first, and what came of them. */
  @Get('deliveries')
  @Policy('operations')
  async listDeliveries(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, { hub: PARAMETER.name, feed: PARAMETER.name });
    const from = after?.[0] ?? 0;
    const rows = await this.reader.rows('hub_delivery', [values['hub'] ?? null, values['feed'] ?? null, feedsOf(request), from, limit + 1]);
    sendJson(request, reply, { items: rows.slice(0, limit).map(camelKeys), next: rows.length > limit ? cursorOf([from + limit]) : null });
  }

  /** Receipts and reports of rejects this hub owes or has sent, newest first. */
  @Get('receipts')
  @Policy('operations')
  async listReceipts(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, { hub: PARAMETER.name, feed: PARAMETER.name });
    const rows = await this.reader.rows('hub_receipt', [values['hub'] ?? null, values['feed'] ?? null, feedsOf(request), after?.[0] ?? null, limit + 1]);
    const page = rows.slice(0, limit);
    sendJson(request, reply, { items: page.map(({ id: _id, ...row }) => camelKeys(row)), next: rows.length > limit ? cursorOf([page.at(-1)!['id'] as number]) : null });
  }
}
