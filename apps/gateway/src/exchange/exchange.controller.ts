import type { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { Offers, Receiver, type Neighbour, type Neighbours, type Offer } from '#exchange';
import { listProducts } from '#sharing';
import { IsString, MaxLength, MinLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from '../http/body.js';
import { sendJson } from '../http/json.js';
import { PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';

export const NEIGHBOURS = Symbol('NEIGHBOURS');

const AFTER = { pattern: /^(0|[1-9]\d{0,8})$/, text: { zh: '应为批次序号', en: 'Must be the number of a delivery' } };

class Receipt {
  @IsString() @MinLength(1) @MaxLength(16_384) receipt!: string;
}

/** For neighbour hubs: what they may take of us, and what they say came of it. What a neighbour is not given is not there. */
@Controller('v1/exchange')
export class ExchangeController {
  constructor(
    @Inject(Database) private readonly database: Database, @Inject(NEIGHBOURS) private readonly neighbours: Neighbours,
    @Inject(Offers) private readonly offers: Offers, @Inject(Receiver) private readonly receiver: Receiver,
  ) {}

  @Get('catalogue')
  @Policy('exchange')
  async listEntries(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const neighbour = this.neighbourOf(request);
    sendJson(request, reply, { items: await this.offers.catalogue(neighbour, await listProducts(this.database)) });
  }

  @Get('feeds/:feed/deliveries')
  @Policy('exchange')
  async listDeliveries(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit } = readParameters(request.query, { after: AFTER });
    const neighbour = this.neighbourOf(request);
    const feed = givenFeed(neighbour, request);
    sendJson(request, reply, { items: await this.offers.list(neighbour.hub, feed, Number(values['after'] ?? 0), limit) });
  }

  @Get('feeds/:feed/deliveries/:sequence/content')
  @Policy('exchange')
  async getContent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const offer = await this.offerOf(this.neighbourOf(request), request);
    const content = await this.offers.content(offer, request.caller!, request.id);
    void reply.header('content-type', 'application/octet-stream').header('cache-control', 'no-store').send(content);
  }

  @Post('feeds/:feed/deliveries/:sequence/receipt')
  @HttpCode(200)
  @Policy('exchange')
  async takeReceipt(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const neighbour = this.neighbourOf(request);
    const offer = await this.offerOf(neighbour, request);
    const { receipt } = readBody(Receipt, request.body);
    const { outcome } = await this.receiver.receipt(neighbour, offer, receipt);
    answer(reply, offer, { outcome });
  }

  @Put('feeds/:feed/deliveries/:sequence/return')
  @HttpCode(200)
  @Policy('exchange')
  async takeReturn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const neighbour = this.neighbourOf(request);
    const offer = await this.offerOf(neighbour, request);
    if (request.headers['content-type'] !== 'application/octet-stream') throw plain('HUSHU-GATEWAY-24');
    const { rows } = await this.receiver.returned(neighbour, offer, request.headers['hushu-statement'], request.body as Readable);
    answer(reply, offer, { rows });
  }

  private neighbourOf(request: FastifyRequest): Neighbour {
    const neighbour = this.neighbours.list.find(({ hub }) => hub === request.caller!.neighbour);
    if (neighbour === undefined) throw plain('HUSHU-GATEWAY-50');
    return neighbour;
  }

  private async offerOf(neighbour: Neighbour, request: FastifyRequest): Promise<Offer> {
    const feed = givenFeed(neighbour, request);
    const { sequence } = request.params as { sequence: string };
    const offer = PARAMETER.id.pattern.test(sequence) ? await this.offers.find(neighbour.hub, feed, Number(sequence)) : null;
    if (offer === null) throw plain('HUSHU-GATEWAY-20');
    return offer;
  }
}

function givenFeed(neighbour: Neighbour, request: FastifyRequest): string {
  const { feed } = request.params as { feed: string };
  if (!neighbour.gives.some((one) => one.feed === feed)) throw plain('HUSHU-GATEWAY-20');
  return feed;
}

function answer(reply: FastifyReply, { feed, sequence }: Offer, said: object): void {
  void reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store').send(JSON.stringify({ feed, sequence, ...said }));
}
