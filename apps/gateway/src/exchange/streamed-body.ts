import type { FastifyRequest } from 'fastify';
import { plain } from '../http/problem.js';

/** The one route that takes bytes as they come. */
export const STREAMED = '/v1/exchange/feeds/:feed/deliveries/:sequence/return';

/** Hands a body on unread where a route streams it; elsewhere there is no such type. */
export function streamedBody(request: FastifyRequest, payload: unknown, done: (error: Error | null, body?: unknown) => void): void {
  if (request.routeOptions.url === STREAMED) done(null, payload);
  else done(plain('HUSHU-GATEWAY-24'));
}
