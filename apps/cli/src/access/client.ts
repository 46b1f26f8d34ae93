import { readFileSync } from 'node:fs';
import { isScope, SCOPES, type Scope } from '#access';
import { HubError } from '#kernel';
import type { Work } from '../frame/command.js';
import { withCases } from './with-cases.js';

const HEADINGS = [{ zh: '客户端', en: 'Client' }, { zh: '部门', en: 'Department' }, { zh: '授权', en: 'Grant' }, { zh: '范围', en: 'Scopes' }, { zh: '经办人', en: 'Officer' }, { zh: '认证', en: 'Method' }, { zh: '状态', en: 'State' }];

/** Makes a client and prints its secret, this once. */
export const create: Work<{ department: string; grant?: string; scope?: string[]; jwks?: string; officer?: string; neighbour?: string }> = ({ output, options }) => withCases(async ({ cases, store }) => {
  const { client, secret } = await cases.createClient({
    department: options.department, scopes: scopesOf(options.scope),
    ...(options.grant !== undefined && { grant: options.grant }), ...(options.jwks !== undefined && { jwks: jwksOf(options.jwks) }),
    ...(options.officer !== undefined && { officer: options.officer }), ...(options.neighbour !== undefined && { neighbour: options.neighbour }),
  });
  const shown = {
    client_id: client.id, ...(secret !== undefined && { client_secret: secret }), department: client.department, grant: client.grant,
    scopes: client.scopes, officer: client.officer, ...(client.neighbour !== null && { neighbour: client.neighbour }), token_endpoint_auth_method: client.method, ...(store.gatewayUrl !== undefined && { token_endpoint: `${store.gatewayUrl}/oauth/token` }),
  };
  output.data(shown, () => `client_id      ${client.id}\n${secret === undefined ? '' : `client_secret  ${secret}\n`}`);
  if (secret !== undefined) output.say({ zh: '密钥只显示这一次,请妥善保存', en: 'The secret is shown this once; keep it safe' });
});

export const list: Work<{ department?: string }> = ({ output, options }) => withCases(async ({ cases }) => {
  const clients = (await cases.listClients(options.department))
    .map(({ id, department, grant, scopes, officer, method, state, createdAt, revokedAt }) => ({ client_id: id, department, grant, scopes, officer, method, state, createdAt, revokedAt }));
  output.data(clients, () => output.table(HEADINGS, clients.map((one) => [one.client_id, one.department, one.grant ?? '*', one.scopes.join(' '), one.officer ?? '', one.method, one.state])));
});

export const revoke: Work = ({ output, args }) => withCases(async ({ cases }) => {
  await cases.revokeClient(args[0]!);
  output.data({ client_id: args[0], state: 'revoked' }, args[0]!);
});

function scopesOf(given: string[] | undefined): Scope[] {
  const scopes = given ?? ['persons'];
  if (scopes.every(isScope)) return scopes;
  throw new HubError({
    code: 'HUSHU-CLI-02', zh: `没有这样的范围:${scopes.join(' ')}`, en: `There are no such scopes: ${scopes.join(' ')}`,
    hintZh: `可用:${SCOPES.join('、')}`, hintEn: `There are: ${SCOPES.join(', ')}`,
  });
}

function jwksOf(file: string): { keys: Record<string, unknown>[] } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { keys: Record<string, unknown>[] };
  } catch (cause) {
    throw new HubError({ code: 'HUSHU-CLI-02', zh: `读不出公钥文件:${file}`, en: `The file of public keys cannot be read: ${file}`, cause });
  }
}
