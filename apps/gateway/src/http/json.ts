import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sends a document with its ETag, or 304 when the caller has it already. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, document: unknown, cache = 'no-cache'): void {
  sendText(request, reply, JSON.stringify(document), 'application/json; charset=utf-8', cache);
}

export function sendText(request: FastifyRequest, reply: FastifyReply, body: string | Buffer, type: string, cache: string): void {
  const tag = `"${createHash('sha1').update(body).digest('base64url')}"`;
  void reply.header('etag', tag).header('cache-control', cache).header('vary', 'accept, accept-language');
  const known = request.headers['if-none-match'];
  if (known !== undefined && (known === '*' || known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag))) void reply.code(304).send();
  else void reply.header('content-type', type).send(body);
}
