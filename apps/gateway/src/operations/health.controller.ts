import { AuditWriter } from '#access';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Database } from '#database';
import { PersonQuery } from '#sharing';
import { Policy } from '../http/policy.decorator.js';
import { plain } from '../http/problem.js';
import { Metrics } from './metrics.js';

/** For whoever runs the hub and its orchestrator. */
@Controller()
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database, @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(AuditWriter) private readonly audit: AuditWriter, @Inject(PersonQuery) private readonly query: PersonQuery,
  ) {}

  @Get('livez')
  @Policy('open')
  live(@Res() reply: FastifyReply): void {
    void reply.header('cache-control', 'no-store').send({ status: 'ok' });
  }

  /** Ready: the store answers each role that a call needs. */
  @Get('readyz')
  @Policy('open')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    try {
      await Promise.all((['access', 'sharing'] as const).map((role) => this.database.pool(role).query('select 1')));
    } catch (cause) {
      throw plain('HUSHU-GATEWAY-28', cause);
    }
    void reply.header('cache-control', 'no-store').send({ status: 'ok' });
  }

  @Get('metrics')
  @Policy('open')
  show(@Res() reply: FastifyReply): void {
    const { quick, bulk } = this.query.counts;
    void reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(this.metrics.text({
      hushu_audit_events_total: this.audit.counts.events, hushu_audit_commits_total: this.audit.counts.batches,
      hushu_read_transactions_total: quick.transactions + bulk.transactions, hushu_read_asks_total: quick.asks + bulk.asks,
      hushu_read_people_total: quick.people + bulk.people,
    }));
  }
}
