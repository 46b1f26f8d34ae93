import type { Database } from '#database';
import { readProgress, type RunProgress } from '#runs';
import type { FastifyRequest } from 'fastify';
import { PARAMETER } from '../http/parameters.js';
import { plain } from '../http/problem.js';
import { mayActOn } from './feeds-of.js';

/** The run the path names. Throws HUSHU-GATEWAY-20 (404) where there is none, or none that the caller may see. */
export async function runInSight(request: FastifyRequest, database: Database): Promise<RunProgress> {
  const { id } = request.params as { id: string };
  if (!PARAMETER.id.pattern.test(id)) throw plain('HUSHU-GATEWAY-20');
  const [run] = await readProgress(database.pool('operations'), [Number(id)]);
  if (!run || !mayActOn(request, run.feed)) throw plain('HUSHU-GATEWAY-20');
  return run;
}
