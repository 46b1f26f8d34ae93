import { connect } from 'node:tls';
import type { HubError, Text } from '#kernel';
import { transportFault, type TransportRule } from '../fault.js';

const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);
const CUT = new Set(['UND_ERR_SOCKET', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_ABORTED']);

/** The code of what undici, TLS or the socket threw; some wrap what happened. */
export function codeOf(error: unknown): string {
  const { code, cause, errors } = error as { code?: string; cause?: unknown; errors?: unknown[] };
  if (code !== undefined && code !== '') return String(code);
  const inner = cause ?? errors?.[0];
  if (inner !== undefined && inner !== null) return codeOf(inner);
  return typeof code === 'string' ? code : 'unknown';
}

/** Whether the certificate is what the connection failed by: nothing gets better by trying again. */
export function isCertificate(code: string): boolean {
  return EXPIRED.has(code) || UNKNOWN_AUTHORITY.has(code) || code.startsWith('ERR_TLS_') || code.startsWith('CERT_');
}

/** A connection that was not made, or broke off. Names the host, never the whole address: a query may hold anything. */
export function connectionFault(url: URL, code: string, begun: boolean): HubError {
  const { host } = url;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return transportFault('transport-certificate', `${host} 没有按 TLS 应答 (${code})`, `${host} does not speak TLS (${code})`, { host, code });
  }
  if (code.startsWith('HPE_')) return transportFault('transport-answer', `${host} 没有按 HTTP 应答 (${code})`, `${host} does not speak HTTP (${code})`, { host, code });
  if (begun || CUT.has(code)) return transportFault('transport-broken', `与 ${host} 的传输中断 (${code})`, `The transfer from ${host} broke off (${code})`, { host, code });
  const [zh, en] = code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? ['域名无法解析', 'its name is not known']
    : code === 'ECONNREFUSED' ? ['拒绝连接', 'it refuses the connection']
      : code.includes('TIMEOUT') || code === 'ETIMEDOUT' ? ['超时未应答', 'no answer in time'] : ['无法连接', 'no connection'];
  return transportFault('transport-unreachable', `${host} ${zh} (${code})`, `${host} cannot be reached: ${en} (${code})`, { host, code });
}

/** Says which certificate is refused and why; asks the host once more for it, for most refusals do not carry it. */
export async function certificateFault(url: URL, code: string, timeoutMs: number): Promise<HubError> {
  const { host } = url;
  const shown = await certificateOf(url, timeoutMs);
  const [zh, en] = code === 'CERT_HAS_EXPIRED' ? ['已过期', 'has expired']
    : code === 'CERT_NOT_YET_VALID' ? ['尚未生效', 'is not valid yet']
      : code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? ['不是发给这个主机的', 'is not made out to this host']
        : code === 'DEPTH_ZERO_SELF_SIGNED_CERT' ? ['是自签名的', 'is self-signed']
          : UNKNOWN_AUTHORITY.has(code) ? ['由未知机构签发', 'is signed by an unknown authority'] : ['未被接受', 'is not accepted'];
  const [named, nameEn] = shown === null ? ['', ''] : [
    ` (${shown.subject}，签发 ${shown.issuer}，有效期 ${shown.from} 至 ${shown.until})`,
    ` (${shown.subject}, issued by ${shown.issuer}, valid ${shown.from} to ${shown.until})`,
  ];
  return transportFault('transport-certificate', `${host} 的证书${zh}${named}`, `The certificate of ${host} ${en}${nameEn}`, { host, code, ...shown });
}

interface Shown { subject: string; issuer: string; from: string; until: string }

/** Nothing is sent: the connection ends once the certificate is shown. */
function certificateOf(url: URL, timeoutMs: number): Promise<Shown | null> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(url.port || 443), rejectUnauthorized: false, ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }) });
    const end = (shown: Shown | null): void => {
      socket.destroy();
      resolve(shown);
    };
    socket.setTimeout(timeoutMs, () => { end(null); });
    socket.once('error', () => { end(null); });
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      const name = (of: object | undefined): string => { const { CN, O } = (of ?? {}) as Record<string, unknown>; return String(CN ?? O ?? '?').slice(0, 100); };
      const day = (time: string): string => { const at = new Date(time); return Number.isNaN(at.getTime()) ? '?' : at.toISOString(); };
      end({ subject: name(certificate.subject), issuer: name(certificate.issuer), from: day(certificate.valid_from), until: day(certificate.valid_to) });
    });
  });
}

/** A fault of an answer's own: where it stands, its status and what it calls itself; nothing of its body. */
export function answerFault(url: URL, answer: { status: number; headers: Headers }, zh: string, en: string, details: Record<string, unknown> = {}, rule: TransportRule = 'transport-answer', cure?: Text): HubError {
  const type = headerOf(answer.headers, 'content-type')?.slice(0, 80) ?? null;
  const [typeZh, typeEn] = type === null ? ['未写明类型', 'no content type'] : [type, type];
  return transportFault(rule, `${url.host}${url.pathname} ${zh} (${answer.status}，${typeZh})`, `${url.host}${url.pathname}: ${en} (${answer.status}, ${typeEn})`,
    { host: url.host, status: answer.status, contentType: type, ...details }, undefined, cure);
}

/** As undici gives them: names in small letters. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
