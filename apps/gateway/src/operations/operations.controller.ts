import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Database, loadSql } from '#database';
import { Freshness } from '#sharing';
import { sendJson } from '../http/json.js';
import { cursorOf, PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { camelKeys } from './camel-keys.js';

const REJECT_FILTER = { run: PARAMETER.id, feed: PARAMETER.name, rule: PARAMETER.name, field: PARAMETER.column };
const filterOf = (values: Record<string, string | undefined>): (string | null)[] => Object.keys(REJECT_FILTER).map((name) => values[name] ?? null);
const STATE = { pattern: /^[a-z]{1,20}$/, text: { zh: '应为运行状态', en: 'Must be a state of a run' } };

/** Feeds, runs and rejects, for data officers. Nothing here speaks of a person. */
@Controller('v1')
export class OperationsController {
  constructor(@Inject(Database) private readonly database: Database, @Inject(Freshness) private readonly freshness: Freshness) {}

  @Get('feeds')
  @Policy('operations')
  async listFeeds(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const rows = await this.rows('feed_status', []);
    const status = new Map(rows.map((row) => [row['feed'] as string, camelKeys(row)]));
    const feeds = this.freshness.list().map((feed) => ({ ...feed, ...status.get(feed.feed) }));
    sendJson(request, reply, { items: feeds });
  }

  @Get('runs')
  @Policy('operations')
  async listRuns(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, { feed: PARAMETER.name, state: STATE });
    const rows = await this.rows('run_status', [after?.[0] ?? null, values['feed'] ?? null, values['state'] ?? null, limit + 1]);
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? cursorOf([page.at(-1)!['id'] as number]) : null;
    sendJson(request, reply, { items: page.map(camelKeys), next });
  }

  @Get('runs/:id')
  @Policy('operations')
  async getRun(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = request.params as { id: string };
    if (!PARAMETER.id.pattern.test(id)) throw plain('HUSHU-GATEWAY-20');
    const [run] = await this.rows('run_status', [Number(id) + 1, null, null, 1]);
    if (run?.['id'] !== Number(id)) throw plain('HUSHU-GATEWAY-20');
    const steps = await this.rows('run_step', [Number(id)]);
    sendJson(request, reply, { ...camelKeys(run), steps: steps.map(camelKeys) });
  }

  @Get('rejects')
  @Policy('operations')
  async listRejects(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values, limit, after } = readParameters(request.query, REJECT_FILTER);
    const [run = null, row = null, ordinal = null] = after ?? [];
    const rows = await this.rows('reject_status', [...filterOf(values), run, row, ordinal, limit + 1]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const next = rows.length > limit && last ? cursorOf([last['run'], last['row_no'], last['ordinal']] as number[]) : null;
    sendJson(request, reply, { items: page.map(camelKeys), next });
  }

  /** How many rejects there are by run, feed, rule and field: where to begin. */
  @Get('rejects/facets')
  @Policy('operations')
  async countRejects(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, REJECT_FILTER);
    const facets: Record<string, { value: string | null; rejects: number }[]> = { run: [], feed: [], rule: [], field: [] };
    for (const row of await this.rows('reject_facet', filterOf(values))) {
      facets[row['facet'] as string]!.push({ value: row['value'] as string | null, rejects: row['rejects'] as number });
    }
    sendJson(request, reply, { facets });
  }

  private async rows(name: string, values: unknown[]): Promise<Record<string, unknown>[]> {
    const { rows } = await this.database.pool('operations').query<Record<string, unknown>>({
      name: `operations-${name}`, text: loadSql(import.meta.dirname, name), values,
    });
    return rows;
  }
}
