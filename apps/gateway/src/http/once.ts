import { setTimeout as pause } from 'node:timers/promises';
import { AnsweredCalls, type KeyedCall, type Taking } from '#access';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { plain } from './problem.js';

const KEY = /^[\x21-\x7e]{1,200}$/;
/** How long a call waits for its twin that is being done, and how often it looks. */
const WAITS_MS = 20_000;
const LOOKS_EVERY_MS = 50;

/** What a call that creates or decides answers: never a value of a person, for it is kept a day. */
export interface Answer { status?: number; body: object; location?: string }

/**
 * Does what creates or decides once for one `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same call again
 * gets the same answer, another one under the same key is refused. Without a key a call is simply done. What is
 * refused has done nothing, so its key may be used again.
 */
@Injectable()
export class Once {
  constructor(@Inject(AnsweredCalls) private readonly calls: AnsweredCalls) {}

  async answer(request: FastifyRequest, reply: FastifyReply, work: () => Promise<Answer>): Promise<void> {
    const call = callOf(request);
    if (call === undefined) return send(reply, kept(await work()));
    const taken = await this.take(call);
    if (taken.outcome === 'answered') return send(reply, taken, true);
    if (taken.outcome === 'other') throw plain('HUSHU-GATEWAY-30');
    if (taken.outcome === 'busy') throw plain('HUSHU-GATEWAY-31', undefined, { retryAfter: 1 });
    let answer;
    try {
      answer = kept(await work());
    } catch (error) {
      await this.calls.forget(call).catch(() => undefined);
      throw error;
    }
    await this.calls.keep(call, answer);
    send(reply, answer);
  }

  private async take(call: KeyedCall): Promise<Taking> {
    const until = performance.now() + WAITS_MS;
    for (;;) {
      const taken = await this.calls.take(call);
      if (taken.outcome !== 'busy' || performance.now() > until) return taken;
      await pause(LOOKS_EVERY_MS);
    }
  }
}

function callOf(request: FastifyRequest): KeyedCall | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw plain('HUSHU-GATEWAY-26', undefined, { faults: [{ parameter: 'Idempotency-Key', rule: 'shape', text: { zh: '应为 1 到 200 个可见的 ASCII 字符', en: 'Must be 1 to 200 visible ASCII characters' } }] });
  }
  return { client: request.caller!.client, key, route: `${request.method} ${request.url}`, body: JSON.stringify(request.body ?? null) };
}

/** As it is kept: the place of what was made goes with the body, so that a repeated answer is the same one. */
function kept({ status = 200, body, location }: Answer): { status: number; answer: string } {
  return { status, answer: JSON.stringify({ body, ...(location !== undefined && { location }) }) };
}

function send(reply: FastifyReply, { status, answer }: { status: number; answer: string }, again = false): void {
  const { body, location } = JSON.parse(answer) as { body: object; location?: string };
  if (location !== undefined) reply.header('location', location);
  if (again) reply.header('idempotency-replayed', 'true');
  void reply.code(status).header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-store').send(JSON.stringify(body));
}
