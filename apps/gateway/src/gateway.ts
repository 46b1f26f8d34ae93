import { AnsweredCalls, AuditWriter, ClientDirectory } from '#access';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Database } from '#database';
import { Offers, Receiver, type Neighbours } from '#exchange';
import type { Clock } from '#kernel';
import type { Keys } from '#keys';
import { Ledger, Redrives, Replays, type OfficerSettings } from '#runs';
import { Freshness, GrantDirectory, PersonQuery } from '#sharing';
import { fastify } from 'fastify';
import type { Redis } from 'ioredis';
import { GatewayModule } from './gateway.module.js';
import { admission } from './http/admission.js';
import type { Log } from './http/log.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestIds } from './http/request-id.js';
import { Routes } from './http/routes.js';
import { TokenBuckets } from './http/token-bucket.js';
import { TokenReader } from './http/token-reader.js';
import { registerAuthorizationServer } from './oauth/authorization-server.js';
import { signingKey } from './oauth/signing-key.js';
import { HubStatus } from './operations/hub-status.js';
import { Metrics } from './operations/metrics.js';
import { streamedBody } from './exchange/streamed-body.js';

const BODY_LIMIT = 1 << 20;

export interface GatewayParts {
  database: Database;
  keys: Keys;
  clock: Clock;
  /** Undefined where the queues run on PostgreSQL: each gateway then counts rates for itself. */
  redis: Redis | undefined;
  /** The address outsiders know, without a slash at its end: issuer of tokens, base of problem types. */
  publicUrl: string;
  /** A number that the call shown on the front page may ask for: somebody of the invented district, where there is one. */
  exampleNumber?: () => Promise<string | undefined>;
  officers: OfficerSettings;
  /** Other hubs, and the folder for what they send back; none when missing. */
  exchange?: { neighbours: Neighbours; returns: string };
  log: Log;
}

/** Puts the gateway together, ready to listen. `close` of the application ends everything that was made here. */
export async function createGateway(parts: GatewayParts): Promise<NestFastifyApplication> {
  const { database, keys, clock, publicUrl, log } = parts;
  const audit = new AuditWriter(database, keys, clock);
  const clients = new ClientDirectory(database, keys);
  const directory = new GrantDirectory(database);
  const freshness = new Freshness(database, clock);
  directory.alsoRefresh(() => clients.refresh());
  directory.alsoRefresh(() => freshness.refresh());
  const query = new PersonQuery({ database, keys, clock, audit, directory, freshness, throttle: new TokenBuckets(parts.redis, clock) });
  const ledger = new Ledger(database, clock);
  const answered = new AnsweredCalls(database, keys, clock);
  const status = new HubStatus(database, freshness, clock);
  const metrics = new Metrics();
  const { neighbours, returns } = parts.exchange ?? { neighbours: { self: null, list: [] }, returns: '' };
  const exchange = { neighbours, offers: new Offers({ database, keys, clock, neighbours, audit }), receiver: new Receiver({ database, keys, clock, neighbours, folder: returns }) };
  const [key] = await Promise.all([signingKey(keys), directory.start(), audit.loadUse()]);

  const instance = fastify({
    bodyLimit: BODY_LIMIT, genReqId: requestIds(), routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    requestTimeout: 60_000, keepAliveTimeout: 75_000, exposeHeadRoutes: true, return503OnClosing: true,
    frameworkErrors: (error, request, reply) => { filter.answer(error, request, reply as never); },
  });
  const routes = new Routes(instance as never);
  const filter = new ProblemFilter(publicUrl, routes, log);
  const audience = `${publicUrl}/v1`;
  instance.removeContentTypeParser('text/plain');
  instance.addContentTypeParser('application/octet-stream', streamedBody);
  instance.decorateRequest('caller', undefined);
  instance.addHook('onRequest', admission(new TokenReader(key.publicKey, publicUrl, audience, clients, clock)));
  instance.addHook('onSend', (_request, reply, _payload, done) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
    done();
  });
  metrics.watch(instance as never);
  // A connection that was busy when the gateway began to close would be kept open for its next call.
  let hurry: NodeJS.Timeout | undefined;
  instance.addHook('preClose', (done) => {
    hurry = setInterval(() => { instance.server.closeIdleConnections(); }, 50);
    done();
  });
  registerAuthorizationServer(instance as never, { issuer: publicUrl, audience, key, clients, log });

  const sweep = setInterval(() => { void Promise.all([clients.sweepAssertions(clock.now()), answered.sweep()]).catch(() => undefined); }, 600_000);
  sweep.unref();
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.of({ database, keys, answered, audit, directory, freshness, query, ledger, redrives: new Redrives(database, ledger, clock), replays: new Replays(database, clock),
      officers: parts.officers, exchange, status, metrics, publicUrl, exampleNumber: parts.exampleNumber ?? (() => Promise.resolve(undefined)), end: async () => {
      clearInterval(sweep);
      clearInterval(hurry);
      await directory.stop();
      await query.end();
      await audit.end();
    } }),
    new ProblemAdapter(instance as never, filter), { bodyParser: false, logger: ['error', 'warn'], abortOnError: false });
  app.useGlobalFilters(filter);
  await app.init();
  routes.demandPolicies();
  await instance.ready();
  return app;
}

/** Nest turns Fastify's errors into exceptions of its own, whose codes are gone; here they are answered as they come. */
class ProblemAdapter extends FastifyAdapter {
  constructor(instance: never, private readonly filter: ProblemFilter) {
    super(instance);
  }

  override setErrorHandler(): never {
    return this.getInstance().setErrorHandler((error, request, reply) => { this.filter.answer(error, request as never, reply as never); }) as never;
  }
}
