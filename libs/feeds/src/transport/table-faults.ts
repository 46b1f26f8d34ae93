import { HubError } from '#kernel';
import { certificateCode } from './certificate-code.js';
import { transportFault, type TransportRule } from './fault.js';
import type { TablePlan } from './table-plan.js';

/** Codes of a driver or its server that mean one thing whenever they come. */
export type KnownCodes = Readonly<Record<string, TransportRule>>;

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^ERR_(SSL|TLS)_|^EPROTO$|HANDSHAKE_(NO_)?SSL/;

/**
 * What went wrong, in the house's words. Of the driver's own error only its code is kept: its text may quote a value.
 * @param connected whether the session stood already: then what is not known is a connection that broke, else one that never came
 */
export function tableFault(error: unknown, plan: TablePlan, connected: boolean, known: KnownCodes): HubError {
  if (error instanceof HubError) return error;
  const text = String((error as { message?: unknown } | null)?.message ?? '');
  const told = String((error as { code?: unknown } | null)?.code ?? '');
  const code = told === 'HANDSHAKE_SSL_ERROR' ? certificateCode(text) ?? told : told;
  const table = plan.table.join('.');
  const details = { host: plan.host, database: plan.database, table, ...(code === '' ? {} : { reason: code }) };
  const rule = known[code] ?? (CERTIFICATE.test(code) || /does not support (SSL|secure)/i.test(text) ? 'transport-certificate'
    : connected ? 'transport-broken' : 'transport-unreachable');
  const { zh, en } = SAYS[rule] ?? SAYS['transport-broken']!;
  const because = code === '' ? '' : ` (${code})`;
  return transportFault(rule, `${zh(plan, table)}${because}。`, `${en(plan, table)}${because}.`, details);
}

type Say = (plan: TablePlan, table: string) => string;

const SAYS: Partial<Record<TransportRule, { zh: Say; en: Say }>> = {
  'transport-denied': {
    zh: ({ host, user }) => `数据库 ${host} 拒绝账号 ${user} 登录`,
    en: ({ host, user }) => `The database at ${host} does not let ${user} in`,
  },
  'transport-unreachable': {
    zh: ({ host, database }) => `连不上 ${host} 的数据库 ${database}`,
    en: ({ host, database }) => `The database ${database} at ${host} cannot be reached`,
  },
  'transport-certificate': {
    zh: ({ host }) => `与数据库 ${host} 不能建立可信的加密连接`,
    en: ({ host }) => `No trusted encrypted connection to the database at ${host}`,
  },
  'transport-broken': {
    zh: ({ host }, table) => `读取 ${host} 的表 ${table} 时中断`,
    en: ({ host }, table) => `Reading the table ${table} at ${host} broke off`,
  },
  'transport-source': {
    zh: ({ database, user }, table) => `账号 ${user} 读不到数据库 ${database} 的表 ${table} 或其中的列`,
    en: ({ database, user }, table) => `${user} cannot read the table ${table} of the database ${database}, or a column of it`,
  },
};
