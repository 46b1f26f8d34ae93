import type { FastifyReply, FastifyRequest } from 'fastify';
import { HubError, type Text } from '#kernel';
import { languageOf, tagOf, type Language } from './language.js';
import { INTERNAL, PROBLEMS } from './problem-types.js';

/** A part of a request that is wrong, as the libs report it. */
interface Fault { pointer?: string; parameter?: string; rule: string; text: Text }

interface Details { faults?: Fault[]; fields?: string[]; purposes?: string[]; retryAfter?: number; limit?: number; window?: string; allow?: string[] }

const BY_STATUS: Readonly<Record<number, string>> = {
  404: 'HUSHU-GATEWAY-20', 405: 'HUSHU-GATEWAY-21', 413: 'HUSHU-GATEWAY-23', 414: 'HUSHU-GATEWAY-25', 415: 'HUSHU-GATEWAY-24', 503: 'HUSHU-GATEWAY-28',
};
const MALFORMED_BODY = new Set(['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY', 'FST_ERR_CTP_INVALID_CONTENT_LENGTH']);

/** What the frameworks throw, as one of the hub's own errors; what nobody foresaw is internal and says nothing. */
export function hubErrorOf(error: unknown): HubError {
  if (error instanceof HubError) return PROBLEMS[error.code] ? error : internal(error);
  const { statusCode, status, code } = (error ?? {}) as { statusCode?: number; status?: number; code?: string };
  const number = statusCode ?? status ?? 500;
  if (code === 'FST_ERR_BAD_URL') return plain('HUSHU-GATEWAY-25', error);
  if (MALFORMED_BODY.has(code ?? '') || (error instanceof SyntaxError && number === 400)) return plain('HUSHU-GATEWAY-22', error);
  if (BY_STATUS[number] !== undefined) return plain(BY_STATUS[number], error);
  return number >= 400 && number < 500 ? plain('HUSHU-GATEWAY-27', error) : internal(error);
}

/** An error whose words are its problem type's own. */
export function plain(code: string, cause?: unknown, details?: Details): HubError {
  const { title, about } = PROBLEMS[code]!;
  return new HubError({ code, zh: title.zh, en: title.en, hintZh: about.zh, hintEn: about.en, cause, details, retry: PROBLEMS[code]!.status >= 500 });
}

function internal(cause: unknown): HubError {
  return plain(INTERNAL, cause);
}

/** Answers with application/problem+json (RFC 9457): words in the caller's language, never a message of anything below. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: HubError, base: string): void {
  const { name, status, title } = PROBLEMS[error.code]!;
  const language = languageOf(request.headers['accept-language']);
  const details = (error.details ?? {}) as Details;
  const retryAfter = details.retryAfter ?? (status === 503 ? 1 : undefined);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  if (details.allow) reply.header('allow', details.allow.join(', '));
  if (status === 401) reply.header('www-authenticate', `Bearer realm="hushu", error="invalid_token"`);
  if (status === 403 && error.code === 'HUSHU-GATEWAY-11') reply.header('www-authenticate', `Bearer realm="hushu", error="insufficient_scope"`);
  void reply.code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('content-language', tagOf(language))
    .header('vary', 'accept-language')
    .header('cache-control', 'no-store')
    .send(JSON.stringify({
      type: `${base}/problems/${name}`, title: title[language], status, detail: error.text[language],
      instance: `urn:hushu:request:${request.id}`, code: error.code,
      ...(error.hint && { hint: error.hint[language] }),
      ...(details.faults && { errors: details.faults.map((fault) => faultIn(fault, language)) }),
      ...(details.fields && { fields: details.fields }),
      ...(details.purposes && { purposes: details.purposes }),
      ...(details.limit !== undefined && { limit: details.limit, window: details.window }),
    }));
}

function faultIn(fault: Fault, language: Language): object {
  return {
    ...(fault.pointer !== undefined && { pointer: fault.pointer }), ...(fault.parameter !== undefined && { parameter: fault.parameter }),
    rule: fault.rule, detail: fault.text[language],
  };
}
