import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HubError } from '#kernel';
import type { Log } from './log.js';
import { hubErrorOf, plain, sendProblem } from './problem.js';
import { INTERNAL } from './problem-types.js';
import type { Routes } from './routes.js';

/** Whatever goes wrong on the way to an answer becomes a problem; what is our fault is logged by place, never by value. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly base: string, private readonly routes: Routes, private readonly log: Log) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const given = hubErrorOf(error);
    const known = given.code === 'HUSHU-GATEWAY-20' ? this.nothingThere(request) : given;
    if (known.code === INTERNAL || known.cause !== undefined && known.retry) {
      this.log({ level: 'error', code: known.code, request: request.id, route: request.routeOptions?.url, ...placeOf(known.cause ?? error) });
    }
    if (reply.sent) return;
    sendProblem(request, reply, known, this.base);
  }

  /** Nothing at the address is 404; something, but not by this method, 405 with the methods there are. */
  private nothingThere(request: FastifyRequest): HubError {
    const allow = this.routes.methodsAt(request.url.split('?', 1)[0]!);
    return allow.length === 0 || allow.includes(request.method) ? plain('HUSHU-GATEWAY-20') : plain('HUSHU-GATEWAY-21', undefined, { allow });
  }
}

/** Code and stack without the message, which may quote a value. */
export function placeOf(error: unknown): { error: string; at: string | undefined } {
  const { code, name, stack } = error as { code?: string; name?: string; stack?: string };
  const at = stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 6).map((line) => line.trim()).join(' | ');
  return { error: code ?? name ?? 'unknown', at };
}
