import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { POLICIES, refusal, type Caller, type PolicyName } from '#access';
import { plain } from './problem.js';
import type { TokenReader } from './token-reader.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, on routes whose policy asks for it. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    policy?: PolicyName;
  }
}

/** The hook that lets callers in or not, before a byte of the body is read. */
export function admission(tokens: TokenReader) {
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const name = request.is404 ? 'open' : request.routeOptions.config.policy;
    const policy = name === undefined ? undefined : POLICIES[name];
    if (policy === undefined) return done(plain('HUSHU-GATEWAY-99'));
    if (!('scope' in policy.admits)) return done();
    const settle = (caller: Caller | undefined): void => {
      request.caller = caller;
      const reason = refusal(policy, caller);
      done(reason === undefined ? undefined : plain(reason === 'token-missing' ? 'HUSHU-GATEWAY-10' : 'HUSHU-GATEWAY-11'));
    };
    const caller = tokens.read(request.headers.authorization);
    if (caller instanceof Promise) caller.then(settle, done);
    else settle(caller);
  };
}
