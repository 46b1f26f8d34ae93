import { AuditWriter } from '#access';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GrantDirectory, type StandingGrant } from '#sharing';
import { sendJson } from '../http/json.js';
import { Policy } from '../http/policy.decorator.js';

/** What the caller may do. */
@Controller('v1/me')
export class MeController {
  constructor(
    @Inject(GrantDirectory) private readonly directory: GrantDirectory,
    @Inject(AuditWriter) private readonly audit: AuditWriter,
  ) {}

  @Get('grants')
  @Policy('persons')
  listGrants(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { department, client, grant: only } = request.caller!;
    const grants = this.directory.listHeldBy(department).filter((grant) => only === undefined || grant.id === only);
    sendJson(request, reply, { department, client, items: grants.map((grant) => this.shown(grant)) });
  }

  private shown(grant: StandingGrant): object {
    const { catalogue } = this.directory;
    return {
      id: grant.id, title: grant.title, modes: ['query'], products: grant.products, purposes: grant.purposes, requires: grant.requires,
      population: grant.population, valid: grant.valid, quota: { ...grant.quota, usedToday: this.audit.usedToday(grant.id) },
      fields: grant.fields.flatMap((path) => {
        const field = catalogue.find(path);
        return field ? [{ path, type: field.type, title: field.title, feeds: field.feeds }] : [];
      }),
      withheld: grant.withhold.map(({ fields, under }) => ({ fields, fromPeopleUnder: under })),
    };
  }
}
