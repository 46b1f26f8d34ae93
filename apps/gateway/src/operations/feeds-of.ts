import type { FastifyRequest } from 'fastify';

/**
 * The feeds a caller sees and acts on: null for all of them (an officer of the hub), else those their department
 * supplies. A feed outside is not there: not listed, 404. Every statement of this folder that reads of feeds takes it.
 */
export function feedsOf(request: FastifyRequest): readonly string[] | null {
  return request.caller!.feeds;
}

export function mayActOn(request: FastifyRequest, feed: string): boolean {
  return feedsOf(request)?.includes(feed) ?? true;
}
