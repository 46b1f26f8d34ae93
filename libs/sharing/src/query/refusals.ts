import { HubError } from '#kernel';
import type { RequestFault } from './query-request.js';

/** The call is not well formed, or lacks what its grant requires; `details.faults` says where and why. */
export function invalidRequest(faults: readonly RequestFault[]): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-20', zh: '请求有误', en: 'The request is not valid',
    hintZh: '按 errors 所指逐项改正', hintEn: 'Correct each part that errors points at', details: { faults },
  });
}

export function unknownFields(faults: readonly RequestFault[]): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-21', zh: '请求了不存在的字段', en: 'A field that was asked for does not exist',
    hintZh: '字段名见 /openapi.json 或 GET /v1/me/grants', hintEn: 'See /openapi.json or GET /v1/me/grants for the fields there are', details: { faults },
  });
}

export function fieldsNotGranted(grant: string, fields: readonly string[], faults: readonly RequestFault[]): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-22',
    zh: `授权 ${grant} 不含:${fields.join('、')}`, en: `Grant ${grant} does not hold: ${fields.join(', ')}`,
    hintZh: '向大数据中心提出共享申请(写明字段、用途和依据),批准后重试;或去掉这些字段',
    hintEn: 'Apply to the data office for these fields, with purpose and legal basis, and try again once granted; or leave them out',
    details: { fields, faults },
  });
}

/** The same answer whether there is no such grant, somebody else holds it, or it stands no more. */
export function grantNotHeld(): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-23', zh: '没有可用的此项授权', en: 'You hold no such grant that stands',
    hintZh: '用 GET /v1/me/grants 查看可用的授权', hintEn: 'See GET /v1/me/grants for the grants you hold',
  });
}

export function purposeNotGranted(codes: readonly string[]): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-24',
    zh: `该授权不用于此用途,可用:${codes.join('、')}`, en: `The grant is not for this purpose; it is for: ${codes.join(', ')}`,
    hintZh: '改用授权所列用途,或另行申请', hintEn: 'Name a purpose of the grant, or apply for another', details: { purposes: codes },
  });
}

export function modeNotGranted(): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-25', zh: '该授权不含按条件查询', en: 'The grant does not hold queries by criteria',
    hintZh: '按证件号码或 personId 查询,或另行申请按条件查询', hintEn: 'Ask by id numbers or personIds, or apply for queries by criteria',
  });
}

export function quotaExceeded(retryAfter: number, limit: number, window: 'second' | 'day'): HubError {
  const zh = window === 'day' ? '今日' : '每秒';
  return new HubError({
    code: window === 'day' ? 'HUSHU-SHARING-27' : 'HUSHU-SHARING-26',
    zh: `超出授权的${zh}限额(${limit} 人)`, en: `Beyond the grant's quota of ${limit} people a ${window}`,
    hintZh: `${retryAfter} 秒后再试`, hintEn: `Try again in ${retryAfter} s`, retry: true, details: { retryAfter, limit, window },
  });
}
