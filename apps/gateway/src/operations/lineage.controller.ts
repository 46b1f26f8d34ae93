import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import { fieldLineage, type LineageContract } from '#registry';
import { contractsInForce } from '#runs';
import { lineage, listGrants, listProducts } from '#sharing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { mayActOn } from './feeds-of.js';

const FACET = { pattern: /^[a-z][A-Za-z0-9]{0,62}$/, text: { zh: '应为专题名', en: 'Must be the name of a facet' } };
const ATTRIBUTE = { pattern: /^[a-z][A-Za-z0-9]{0,62}(\.[a-z][A-Za-z0-9]{0,62})?$/, text: { zh: '应为属性名或 专题.属性', en: 'Must be an attribute, or facet.attribute' } };
const FILTER = { feed: PARAMETER.name, field: PARAMETER.column, facet: FACET, attribute: ATTRIBUTE, product: PARAMETER.name, department: PARAMETER.name };

/** Where a value comes from and where it goes: of the contracts in force, and of products and grants as loaded. */
@Controller('v1/lineage')
export class LineageController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  @Policy('operations')
  async getLineage(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, FILTER);
    const [contracts, products, grants] = await Promise.all([
      contractsInForce<LineageContract>(this.database.pool('operations')), listProducts(this.database), listGrants(this.database),
    ]);
    sendJson(request, reply, lineage(fieldLineage(contracts.map(({ definition }) => definition).filter(({ feed }) => mayActOn(request, feed))), products, grants, values));
  }
}
