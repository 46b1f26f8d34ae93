import { HubError } from '#kernel';

/** The store does not answer: nothing is known of people, nor of who may ask for them. */
export function storeAway(cause?: unknown): HubError {
  return new HubError({
    code: 'HUSHU-SHARING-11', zh: '数据库暂时无法读取', en: 'The store cannot be read at the moment',
    hintZh: '稍后重试', hintEn: 'Try again later', retry: true, cause,
  });
}
