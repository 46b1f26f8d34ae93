import type { Text } from '#kernel';

/** One kind of problem a caller may meet: RFC 9457's type and title, and its HTTP status. */
export interface ProblemType { name: string; status: number; title: Text; about: Text }

const type = (name: string, status: number, zh: string, en: string, aboutZh: string, aboutEn: string): ProblemType =>
  ({ name, status, title: { zh, en }, about: { zh: aboutZh, en: aboutEn } });

/** Every problem by the code of the error behind it. The page /problems/<name> is made of this. */
export const PROBLEMS: Readonly<Record<string, ProblemType>> = {
  'HUSHU-SHARING-10': type('grant-not-held', 403, '没有可用的授权', 'No such grant', '授权不存在、不属于本部门、尚未生效、已到期或已撤销；答复不作区分。', 'The grant does not exist, is another department’s, has not begun, has ended or was revoked; the answer does not tell which.'),
  'HUSHU-SHARING-23': type('grant-not-held', 403, '没有可用的授权', 'No such grant', '授权不存在、不属于本部门、尚未生效、已到期或已撤销；答复不作区分。', 'The grant does not exist, is another department’s, has not begun, has ended or was revoked; the answer does not tell which.'),
  'HUSHU-SHARING-11': type('store-unavailable', 503, '数据库暂不可用', 'Store unavailable', '稍后按 Retry-After 重试。', 'Try again after Retry-After.'),
  'HUSHU-ACCESS-01': type('audit-unavailable', 503, '审计暂不可用', 'Audit unavailable', '审计写不进去时不作任何答复；稍后按 Retry-After 重试。', 'Nothing is answered that cannot be audited; try again after Retry-After.'),
  'HUSHU-SHARING-20': type('invalid-request', 400, '请求有误', 'Invalid request', 'errors[] 用 JSON 指针逐项指出错误所在。', 'errors[] points at every fault by JSON pointer.'),
  'HUSHU-SHARING-21': type('unknown-field', 400, '字段不存在', 'Unknown field', '请求的字段不在统一记录中；可用字段见 GET /v1/me/grants。', 'A field asked for is not in the unified record; GET /v1/me/grants lists those there are.'),
  'HUSHU-SHARING-22': type('field-not-granted', 403, '字段未授权', 'Field not granted', 'fields 列出未授权的字段；按 hint 提出共享申请，或去掉这些字段。', 'fields names what the grant does not hold; apply for it as the hint says, or leave it out.'),
  'HUSHU-SHARING-24': type('purpose-not-granted', 403, '用途未授权', 'Purpose not granted', '授权只用于 purposes 所列用途。', 'The grant is only for the purposes listed.'),
  'HUSHU-SHARING-25': type('mode-not-granted', 403, '使用方式未授权', 'Mode not granted', '授权不含此种使用方式（例如按条件查询）。', 'The grant does not hold this way of using it (queries by criteria, for instance).'),
  'HUSHU-SHARING-26': type('rate-exceeded', 429, '请求过快', 'Too fast', '超出授权的每秒人数；按 Retry-After 重试。', 'Beyond the grant’s people a second; try again after Retry-After.'),
  'HUSHU-SHARING-27': type('daily-quota-exceeded', 429, '今日限额已满', 'Daily quota used up', '超出授权的每日人数；次日零时（北京时间）恢复。', 'Beyond the grant’s people a day; it begins anew at midnight, Beijing time.'),
  'HUSHU-GATEWAY-10': type('unauthorized', 401, '未认证', 'Not authenticated', '缺少访问令牌，或令牌无效、过期；向 /oauth/token 申请。', 'The access token is missing, invalid or expired; ask /oauth/token for one.'),
  'HUSHU-GATEWAY-11': type('scope-missing', 403, '令牌范围不足', 'Scope missing', '令牌的 scope 不含本接口所需的范围。', 'The token does not carry the scope this call needs.'),
  'HUSHU-GATEWAY-20': type('not-found', 404, '没有这个地址', 'Not found', '地址不存在；接口见 /docs。', 'There is nothing at this address; see /docs.'),
  'HUSHU-GATEWAY-21': type('method-not-allowed', 405, '方法不允许', 'Method not allowed', '允许的方法见 Allow 头。', 'The Allow header names the methods there are.'),
  'HUSHU-GATEWAY-22': type('malformed-body', 400, '请求体无法解析', 'Malformed body', '请求体不是合法的 JSON，或含有被禁止的键。', 'The body is not valid JSON, or holds a forbidden key.'),
  'HUSHU-GATEWAY-23': type('body-too-large', 413, '请求体过大', 'Body too large', '分多次请求。', 'Split the request.'),
  'HUSHU-GATEWAY-24': type('unsupported-media-type', 415, '不支持的内容类型', 'Unsupported media type', '请求体应为 application/json。', 'The body must be application/json.'),
  'HUSHU-GATEWAY-25': type('malformed-url', 400, '地址有误', 'Malformed URL', '地址中的百分号编码有误。', 'The URL’s percent-encoding is broken.'),
  'HUSHU-GATEWAY-26': type('invalid-parameter', 400, '参数有误', 'Invalid parameter', 'errors[] 指出有误的查询参数。', 'errors[] names the query parameters that are wrong.'),
  'HUSHU-GATEWAY-27': type('request-refused', 400, '请求被拒绝', 'Request refused', '请求不合 HTTP 规范或超出限制。', 'The request breaks HTTP’s rules or a limit.'),
  'HUSHU-GATEWAY-28': type('unavailable', 503, '服务正在停止', 'Going away', '稍后按 Retry-After 重试。', 'Try again after Retry-After.'),
  'HUSHU-GATEWAY-29': type('invalid-request', 400, '请求有误', 'Invalid request', 'errors[] 用 JSON 指针逐项指出错误所在。', 'errors[] points at every fault by JSON pointer.'),
  'HUSHU-GATEWAY-30': type('idempotency-key-reused', 409, '幂等键已用于其他请求', 'Idempotency key reused', '这个 Idempotency-Key 在一天之内已用于另一个请求；换一个键再发。', 'Within a day this Idempotency-Key was given to another call; send this one under a key of its own.'),
  'HUSHU-GATEWAY-31': type('idempotency-key-busy', 409, '同一请求正在办理', 'The same call is being done', '同一个请求正在办理；按 Retry-After 用同一个键再发，即得其答复。', 'The same call is being done; send it again under the same key after Retry-After and get its answer.'),
  'HUSHU-GATEWAY-32': type('too-many-streams', 429, '事件流过多', 'Too many streams', '一个客户端同时只能打开有限个事件流；先关闭不用的。', 'A client may have only so many event streams open; close those you do not read.'),
  'HUSHU-GATEWAY-33': type('officer-missing', 403, '不是经办人的客户端', 'No officer behind this client', '决定须由具名的经办人作出；用 hushu client create --officer 为其建立客户端。', 'A person with a name decides; make them a client with hushu client create --officer.'),
  'HUSHU-RUNS-10': type('run-state', 409, '批次的状态不允许', 'Run in no state for it', '这一批次当前的状态不能作此决定；查看 GET /v1/runs/{id} 的 state 和 decisions。', 'The run is in no state for this decision; see state and decisions of GET /v1/runs/{id}.'),
  'HUSHU-RUNS-11': type('second-person-required', 403, '须由另一人确认', 'Somebody else must confirm', '放行须由不同的人先后作出，同一人只算一次。', 'A release takes different people; one person counts once.'),
  'HUSHU-RUNS-12': type('run-too-late', 409, '批次早于已发布的批次', 'Older than what is published', '早于已发布批次的不能放行；舍弃它，或请供数部门交付更新的批次。', 'What is older than what is published cannot be released; discard it, or ask for a newer delivery.'),
  'HUSHU-RUNS-13': type('invalid-request', 400, '请求有误', 'Invalid request', 'errors[] 用 JSON 指针逐项指出错误所在。', 'errors[] points at every fault by JSON pointer.'),
  'HUSHU-RUNS-20': type('redrive-ended', 409, '重驱已结束', 'Re-drive has ended', '所重驱的行已经发布，或重驱已经结束，不能再取消；查看 GET /v1/rejects/redrives/{id}。', 'What it drives is published, or it has come to an end, and cannot be cancelled any more; see GET /v1/rejects/redrives/{id}.'),
  'HUSHU-STAGING-06': type('invalid-request', 400, '请求有误', 'Invalid request', 'errors[] 用 JSON 指针逐项指出错误所在。', 'errors[] points at every fault by JSON pointer.'),
  'HUSHU-RUNS-30': type('run-state', 409, '批次的状态不允许', 'Run in no state for it', '这一批次当前的状态不能作此决定；查看 GET /v1/runs/{id} 的 state 和 decisions。', 'The run is in no state for this decision; see state and decisions of GET /v1/runs/{id}.'),
  'HUSHU-RUNS-25': type('drift-state', 409, '漂移的状态不允许', 'Drift in no state for it', '这一项当前的状态不能作此决定；查看 GET /v1/drift/{id}。', 'The entry is in no state for this decision; see GET /v1/drift/{id}.'),
  'HUSHU-STAGING-10': type('column-required', 409, '必填列不能没有', 'A required column cannot be done without', '必填列不能接受为空；若只是改名，对应到新列名。', 'A required column cannot be taken as empty; if it was renamed, map the new name to it.'),
  'HUSHU-STAGING-11': type('drift-unmappable', 409, '没有可以对应的', 'Nothing to map', '改名的列、新增的列和写明的新代码可以对应。', 'Renamed and new columns, and codes that are shown, can be mapped.'),
  'HUSHU-STAGING-12': type('no-such-target', 400, '没有这个目标', 'No such target', '应为契约的列，或该列代码表的户枢代码；可用的见 hint。', 'It must be a column of the contract, or a code of the column’s list in the hub; hint names them.'),
  'HUSHU-STAGING-13': type('contract-missing', 409, '没有生效的契约', 'No contract in force', '先运行 hushu feed apply。', 'Run hushu feed apply first.'),
  'HUSHU-GATEWAY-50': type('neighbour-unknown', 403, '不是已登记的相邻枢纽', 'Not a neighbour', '此客户端所属的枢纽不在 config/hubs 中；由运行枢纽的部门登记。', 'The hub this client is for is not in config/hubs; the department that runs this hub enters it.'),
  'HUSHU-EXCHANGE-10': type('delivery-gone', 410, '批次已清除', 'Delivery gone', '副本已按保存策略清除；请提供方重新报送一个全量批次。', 'The copy was cleared by policy; ask the giver for a full delivery again.'),
  'HUSHU-EXCHANGE-11': type('statement-signature', 422, '签名不成立', 'Signature does not hold', '不是 config/hubs 所列公钥的签名；双方核对 hushu hub key。', 'Not signed by a key in config/hubs; compare hushu hub key on both sides.'),
  'HUSHU-EXCHANGE-12': type('statement-faulty', 422, '说明有误', 'Statement faulty', '内容有误，或说的不是这一批、不是发给本枢纽的。', 'It is faulty, speaks of another delivery, or is for another hub.'),
  'HUSHU-EXCHANGE-13': type('receipt-differs', 422, '回执与清单不符', 'Receipt differs', '回执的 SM3 或行数与清单不符；核对后重新取数。', 'Its SM3 or number of rows is not the manifest’s; compare, then fetch again.'),
  'HUSHU-EXCHANGE-14': type('receipt-settled', 409, '已有回执', 'Receipted before', '已接收的批次不能再拒绝。', 'What was receipted as taken cannot be refused any more.'),
  'HUSHU-EXCHANGE-15': type('return-differs', 422, '回流与说明不符', 'Report differs', '字节数或 SM3 与所附说明不符；重新发送。', 'Its bytes or SM3 are not those of its statement; send it again.'),
  'HUSHU-EXCHANGE-16': type('return-too-large', 413, '回流过大', 'Report too large', '大于该批次所能有；核对是否属于这一批。', 'Larger than that delivery allows; check that it belongs to it.'),
  'HUSHU-GATEWAY-99': type('internal', 500, '内部错误', 'Internal error', '已记录；把 instance 告诉运行单位。', 'It was recorded; tell the operators the instance.'),
};

export const INTERNAL = 'HUSHU-GATEWAY-99';
