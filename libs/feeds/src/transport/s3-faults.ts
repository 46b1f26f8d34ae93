import type { HubError, Text } from '#kernel';
import { certificateCode } from './certificate-code.js';
import { transportFault } from './fault.js';

interface S3Failure { name?: string; message?: string; code?: string; ServerTime?: string; $metadata?: { httpStatusCode?: number } }
interface Where {
  place: string;
  bucket: string;
  /** Of an object that was there a moment ago. */
  name?: string;
  /** Bytes were on their way. */
  reading: boolean;
  /** By our clock. */
  now: Date;
}

const SIGNATURE = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'ExpiredToken', 'InvalidSecurity', 'AuthorizationHeaderMalformed', 'NotSignedUp', 'AccountProblem']);
const LIMITED = new Set(['SlowDown', 'TooManyRequests', 'ThrottlingException', 'RequestLimitExceeded', 'ServiceUnavailable']);
/** A clock that is told in each answer is made up for; these remain where it is not, or is not the one that refuses. */
const SKEWED = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);
const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
const CERTIFICATE = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)_)/;

const SET_CLOCK: Text = { zh: '先校正走错的一方的时钟（NTP），再运行 hushu feed fetch。', en: 'Set the clock that is wrong (NTP), then run hushu feed fetch.' };

/** Null when the object is gone or another one. */
export function s3Fault(cause: unknown, { place, bucket, name, reading, now }: Where): HubError | null {
  const failure = cause as S3Failure;
  const status = failure.$metadata?.httpStatusCode;
  const what = failure.name ?? '';
  // What the SDK does not know for an error it wraps, and the code is left in the words alone.
  const wrapped = /AWS SDK error wrapper for (.*)/s.exec(failure.message ?? '')?.[1] ?? '';
  const code = failure.code ?? /\b(E[A-Z]{5,})\b/.exec(wrapped)?.[1] ?? certificateCode(wrapped) ?? what;
  const where = { place };
  if (what === 'PreconditionFailed' || status === 412 || (name !== undefined && what !== 'NoSuchBucket' && status === 404)) return null;
  if (CERTIFICATE.test(code)) {
    return transportFault('transport-certificate', `${place} 的证书不可信 (${code})`, `The certificate of ${place} is not to be trusted (${code})`, { ...where, code }, cause);
  }
  if (SKEWED.has(what)) {
    const theirs = new Date(failure.ServerTime ?? '');
    const [there, here] = [Number.isNaN(theirs.getTime()) ? null : theirs.toISOString(), now.toISOString()];
    return transportFault('transport-answer', `${place} 因时钟相差过大拒绝请求 (${there === null ? '' : `服务的时钟是 ${there}，`}本机是 ${here})`,
      `${place} refuses the request: the clocks are too far apart (${there === null ? '' : `the service's says ${there}, `}ours ${here})`, { ...where, serviceClock: there, ourClock: here }, cause, SET_CLOCK);
  }
  if (SIGNATURE.has(what)) {
    return transportFault('transport-denied', `${place} 不接受所录入的密钥 (${what})`, `${place} does not take the key that was entered (${what})`, { ...where, code: what }, cause);
  }
  if (what === 'NoSuchBucket' || status === 404) {
    return transportFault('transport-source', `存储桶 ${bucket} 不存在`, `There is no bucket ${bucket}`, { ...where, bucket }, cause);
  }
  if (status === 401 || status === 403) {
    return transportFault('transport-source', `没有 ${place} 的访问权限`, `${place} may not be used`, { ...where, bucket }, cause);
  }
  if (LIMITED.has(what) || status === 429 || status === 503) {
    return transportFault('transport-limited', `${place} 限制访问频率`, `${place} limits how often it may be asked`, where, cause);
  }
  if (!reading && (UNREACHABLE.has(code) || what === 'TimeoutError' || (status === undefined && what === 'AggregateError'))) {
    return transportFault('transport-unreachable', `无法连接 ${place} (${code})`, `${place} cannot be reached (${code})`, { ...where, code }, cause);
  }
  if (status !== undefined && status < 500 && !reading) {
    return transportFault('transport-answer', `${place} 的答复与 S3 约定不符 (${what || status})`, `${place} does not answer as S3 does (${what || status})`, { ...where, status }, cause);
  }
  return transportFault('transport-broken', `与 ${place} 的传输中断`, `The transfer from ${place} broke off`, where, cause);
}
