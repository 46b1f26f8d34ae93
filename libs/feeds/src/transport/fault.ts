import { HubError, type Text } from '#kernel';

/** Why a delivery could not be fetched. The rule's name is the same in the fetch ledger, in alerts and in the docs. */
export type TransportRule =
  | 'credential-missing' | 'transport-denied' | 'transport-unreachable' | 'transport-certificate' | 'transport-broken'
  | 'transport-answer' | 'transport-changed' | 'transport-limited' | 'transport-source' | 'manifest-missing' | 'manifest-faulty' | 'manifest-differs'
  | 'manifest-signature' | 'delivery-gone' | 'delivery-missing';

interface RuleTerms { code: string; hint: Text; /** Trying again may help without anybody doing anything. */ retry: boolean }

const TERMS: Record<TransportRule, RuleTerms> = {
  'credential-missing': {
    code: 'HUSHU-FEEDS-40', retry: false,
    hint: { zh: '运行 hushu credential set 名称，录入契约所引用的口令或密钥。', en: 'Run hushu credential set NAME to enter the password or key the contract names.' },
  },
  'transport-denied': {
    code: 'HUSHU-FEEDS-41', retry: false,
    hint: { zh: '向供数部门核对账号、口令或密钥及其权限，然后运行 hushu credential set。', en: 'Check account, password or key and its rights with the supplier, then run hushu credential set.' },
  },
  'transport-unreachable': {
    code: 'HUSHU-FEEDS-42', retry: true,
    hint: { zh: '检查地址、端口、网络策略，并向供数部门确认服务是否在运行；系统会自动重试。', en: 'Check address, port and network policy, and with the supplier that the service runs; it is tried again by itself.' },
  },
  'transport-certificate': {
    code: 'HUSHU-FEEDS-43', retry: false,
    hint: { zh: '请供数部门更新证书；若是自建证书机构，在契约（相邻枢纽则在 config/hubs）中写明 ca；若两边时钟不一致，先校时。', en: "Ask the supplier to renew its certificate; name a private authority with ca in the contract (for a neighbour hub in config/hubs); if the clocks differ, set them first." },
  },
  'transport-broken': {
    code: 'HUSHU-FEEDS-44', retry: true,
    hint: { zh: '传输中断，已收到的部分未采用；系统会自动重试，反复出现时检查网络与供数方日志。', en: 'The transfer broke off and nothing of it was taken; it is tried again by itself. If it keeps happening, check the network and the supplier\'s log.' },
  },
  'transport-answer': {
    code: 'HUSHU-FEEDS-45', retry: false,
    hint: { zh: '供数服务的答复与约定不符，请供数部门核对接口；若接口确已变更，修改 feed.yaml。', en: 'The service does not answer as agreed: ask the supplier to check it; if it has changed for good, change feed.yaml.' },
  },
  'transport-changed': {
    code: 'HUSHU-FEEDS-46', retry: true,
    hint: { zh: '读取期间源文件被改动，未采用；请供数部门先写完再放清单文件。', en: 'The source changed while it was read and was not taken; ask the supplier to finish writing before placing the manifest.' },
  },
  'transport-limited': {
    code: 'HUSHU-FEEDS-47', retry: true,
    hint: { zh: '供数服务限制访问频率，系统会按其要求的时间再试；必要时与供数部门商定更高的额度。', en: 'The service limits how often it may be asked; it is tried again when it allows. Agree on a higher limit with the supplier if need be.' },
  },
  'transport-source': {
    code: 'HUSHU-FEEDS-48', retry: false,
    hint: { zh: '契约所指的文件夹、表或列不存在，或没有读取权限；请与供数部门核对。', en: 'The folder, table or column the contract names is not there or may not be read: check with the supplier.' },
  },
  'manifest-missing': {
    code: 'HUSHU-FEEDS-49', retry: true,
    hint: { zh: '文件尚无清单，可能仍在写入；请供数部门在文件写完后放置清单。', en: 'The file has no manifest yet and may still be being written; the supplier places it when the file is complete.' },
  },
  'manifest-faulty': {
    code: 'HUSHU-FEEDS-50', retry: false,
    hint: { zh: '请供数部门更正清单 (file、rows、sm3、asOf、mode) 后重新放置。', en: 'Ask the supplier to correct the manifest (file, rows, sm3, asOf, mode) and place it again.' },
  },
  'manifest-differs': {
    code: 'HUSHU-FEEDS-51', retry: false,
    hint: { zh: '文件与清单不符：可能被截断、替换或放错；请供数部门重新报送文件与清单。', en: 'The file is not the one its manifest speaks of: cut, swapped or misplaced. Ask the supplier to deliver both again.' },
  },
  'manifest-signature': {
    code: 'HUSHU-FEEDS-60', retry: false,
    hint: { zh: '向对方枢纽核对其公钥 (hushu hub key) 与 config/hubs 所列是否一致；一致则清单在途中被改动，请查明后再取。', en: 'Check with the neighbour that its key (hushu hub key) is the one in config/hubs; if it is, the manifest was changed on its way: find out before fetching again.' },
  },
  'delivery-gone': {
    code: 'HUSHU-FEEDS-61', retry: false,
    hint: { zh: '对方枢纽已按其保存策略清除此批次；请其重新报送一个全量批次。', en: 'The neighbour has cleared this delivery by its own policy: ask it for a full one again.' },
  },
  'delivery-missing': {
    code: 'HUSHU-FEEDS-62', retry: false,
    hint: {
      zh: '对方枢纽的批次序号有缺口，缺口之后的一概未采用；请对方核对并补上缺少的批次 (hushu hub deliveries)，补上后运行 hushu feed fetch 接着取。',
      en: 'The neighbour\'s numbers have a gap, and nothing behind it was taken: ask it to find the missing delivery (hushu hub deliveries) and list it again, then run hushu feed fetch to go on.',
    },
  },
};

/** What a rule of the fetch ledger says: what to do, and whether it may pass without anybody doing anything. */
export function transportTerms(rule: string): { hint: Text; retry: boolean } | undefined {
  return TERMS[rule as TransportRule];
}

/**
 * @param details counts, names and limits, never a value of a row, a password or an address with one in it
 * @param cure what to do, where it is not what the rule's others need
 */
export function transportFault(rule: TransportRule, zh: string, en: string, details: Record<string, unknown> = {}, cause?: unknown, cure?: Text): HubError {
  const { code, hint: usual, retry } = TERMS[rule];
  const hint = cure ?? usual;
  return new HubError({ code, zh, en, hintZh: hint.zh, hintEn: hint.en, details: { rule, ...details }, retry, cause });
}

/** The rule of an error a transport threw, or null when it is not one of theirs. */
export function transportRuleOf(error: unknown): TransportRule | null {
  const rule = error instanceof HubError ? (error.details as { rule?: string } | undefined)?.rule : undefined;
  return rule !== undefined && Object.hasOwn(TERMS, rule) ? rule as TransportRule : null;
}
