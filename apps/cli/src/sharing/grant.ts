import type { Holding } from '#access';
import { HubError } from '#kernel';
import { listGrants, type Grant } from '#sharing';
import { withCases } from '../access/with-cases.js';
import type { Work } from '../frame/command.js';

const HEADINGS = [{ zh: '授权', en: 'Grant' }, { zh: '部门', en: 'Department' }, { zh: '状态', en: 'State' }, { zh: '字段', en: 'Fields' }, { zh: '有效期', en: 'Valid' }, { zh: '名称', en: 'Title' }];

export const list: Work<{ department?: string }> = ({ output, options }) => withCases(async ({ store, cases }) => {
  const [grants, holdings] = await Promise.all([listGrants(store.database), cases.listHoldings()]);
  const shown = grants.filter((grant) => options.department === undefined || grant.department === options.department).map((grant) => {
    const holding = holdings.find((one) => one.grant === grant.id);
    return { id: grant.id, title: grant.title, department: grant.department, state: stateOf(holding), fields: grant.fields.length, valid: grant.valid };
  });
  output.data(shown, () => output.table(HEADINGS, shown.map((one) =>
    [one.id, one.department, one.state, one.fields, `${one.valid.from} – ${one.valid.to ?? ''}`, output.word(one.title)])));
});

export const show: Work = ({ output, args }) => withCases(async ({ store, cases }) => {
  const grant = await getGrant(listGrants(store.database), args[0]!);
  const holding = await cases.findHolding(grant.id) ?? undefined;
  const shown = { ...grant, state: stateOf(holding), revokedAt: holding?.revokedAt ?? null, reason: holding?.reason ?? null };
  output.data(shown, () => JSON.stringify(shown, undefined, 2));
});

/** Ends a grant; nothing is served under it a second later. */
export const revoke: Work<{ reason: string }> = ({ output, options, args }) => withCases(async ({ cases }) => {
  const holding = await cases.revokeHolding(args[0]!, options.reason);
  output.data({ id: holding.grant, state: stateOf(holding), revokedAt: holding.revokedAt, reason: holding.reason }, holding.grant);
});

async function getGrant(grants: Promise<Grant[]>, id: string): Promise<Grant> {
  const grant = (await grants).find((one) => one.id === id);
  if (grant) return grant;
  throw new HubError({ code: 'HUSHU-CLI-03', zh: `没有这个授权:${id}`, en: `There is no grant ${id}`, hintZh: '用 hushu grant list 查看', hintEn: 'See hushu grant list' });
}

/** What a holding comes to at this moment. */
function stateOf(holding: Holding | undefined): 'active' | 'revoked' | 'not-yet' | 'ended' | 'not-held' {
  if (!holding) return 'not-held';
  if (holding.state === 'revoked') return 'revoked';
  const now = Date.now();
  if (holding.validFrom.getTime() > now) return 'not-yet';
  return holding.validTo !== null && holding.validTo.getTime() <= now ? 'ended' : 'active';
}
