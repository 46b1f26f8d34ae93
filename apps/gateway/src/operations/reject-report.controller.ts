import { Readable } from 'node:stream';
import { AuditWriter } from '#access';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { Database } from '#database';
import type { ContractDefinition } from '#feeds';
import { Keys } from '#keys';
import { contractInForce, noteEvent, readProgress } from '#runs';
import { countMatching, readSettled, reportForm, reportRejects } from '#staging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/json.js';
import { PARAMETER, readParameters } from '../http/parameters.js';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { mayActOn } from './feeds-of.js';

/** What goes back to suppliers: the rows that are to be mended, and what they have mended since. */
@Controller('v1')
export class RejectReportController {
  constructor(@Inject(Database) private readonly database: Database, @Inject(Keys) private readonly keys: Keys, @Inject(AuditWriter) private readonly audit: AuditWriter) {}

  /**
   * The open rejects of a feed in its supplier's own format, with the rules they broke: the one call here that gives what
   * rows held. For named officers, in the audit before the first byte.
   */
  @Get('rejects/report')
  @Policy('operations')
  async report(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { values } = readParameters(request.query, { feed: PARAMETER.name, run: PARAMETER.id });
    const { feed } = values;
    if (feed === undefined) throw plain('HUSHU-GATEWAY-26', undefined, { faults: [{ parameter: 'feed', rule: 'missing', text: { zh: '必填', en: 'Must be given' } }] });
    const { officer, client, department } = request.caller!;
    if (officer === undefined) throw plain('HUSHU-GATEWAY-33');
    const contract = mayActOn(request, feed) ? (await contractInForce<ContractDefinition>(this.database.pool('operations'), feed))?.definition : undefined;
    if (contract === undefined) throw plain('HUSHU-GATEWAY-20');
    const run = values['run'] === undefined ? undefined : Number(values['run']);
    const { type, extension } = reportForm(contract);
    void reply.header('content-type', type).header('content-disposition', `attachment; filename="${feed}-rejects.${extension}"`).header('cache-control', 'no-store');
    if (request.method === 'HEAD') return void reply.send();
    const rejects = await countMatching(this.database, feed, { run });
    await this.audit.append({ kind: 'rejects-reported', client, department, request: request.id, operator: { name: officer }, detail: { feed, run: run ?? null, rejects } });
    await this.database.transaction('runs', (runs) => noteEvent(runs, { feed, run, kind: 'rejects-reported', by: officer, detail: { rejects } }));
    void reply.send(Readable.from(reportRejects(this.database, this.keys, contract, run), { objectMode: false }));
  }

  /** What a delivery made of earlier rejects: what its supplier has mended, and what is wrong once more. */
  @Get('runs/:id/settled')
  @Policy('operations')
  async settled(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readParameters(request.query, {});
    const { id } = request.params as { id: string };
    const pool = this.database.pool('operations');
    const [run] = PARAMETER.id.pattern.test(id) ? await readProgress(pool, [Number(id)]) : [];
    if (!run || !mayActOn(request, run.feed)) throw plain('HUSHU-GATEWAY-20');
    sendJson(request, reply, { run: run.run, feed: run.feed, items: await readSettled(pool, run.run) });
  }
}
