import type { FastifyRequest } from 'fastify';
import { plain } from '../http/problem.js';

/** Who decides: the name their client carries. @throws HUSHU-GATEWAY-33 (403) for a client without a person behind it */
export function officerOf(request: FastifyRequest): string {
  const by = request.caller!.officer;
  if (by === undefined) throw plain('HUSHU-GATEWAY-33');
  return by;
}
