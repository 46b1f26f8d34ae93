import type { ClientBase } from 'pg';
import { HubError, holdsPersonalNumber } from '#kernel';
import type { RunState } from '../ledger/run.js';
import { noteEvent } from '../timeline/note-event.js';

export type Verb = 'release' | 'discard' | 'retry';

/** Who decides, and why. */
export interface Judgement { by: string; reason: string }

/** What came of a decision: the run's state, who asked for its release so far, and how many more people it takes. */
export interface Decided { run: number; state: RunState; releasedBy: string[]; needs: number }

/** Until a district says otherwise. */
export const RELEASE_PEOPLE = 2;
const LONGEST_REASON = 500;
const FROM: Record<Verb, RunState[]> = { release: ['held'], discard: ['held', 'failed'], retry: ['failed', 'held', 'refused'] };
/** What the line of time calls it. */
const HAPPENED = { release: 'hold-released', discard: 'run-discard', retry: 'run-retried' } as const;

/**
 * One person decides on a held or failed run, in the caller's transaction as hushu_runs. A release takes `people`
 * different ones; the others act at once. What goes on is read from its first row again: what was published since
 * then may be other than what it was matched against. `moved` says whether the run went on. Null: no such run.
 * @throws HUSHU-RUNS-10 wrong state, -11 the same person again, -12 too late to be released, -13 no usable reason or name
 */
export async function decide(client: ClientBase, id: number, verb: Verb, given: Judgement, people: number, now: Date): Promise<(Decided & { moved: boolean }) | null> {
  const { by, reason } = tidied(given);
  const { rows: [run] } = await client.query<{ feed: string; state: RunState; reason_rule: string | null }>(
    'select feed, state, reason_rule from runs.run where id = $1 for update', [id]);
  if (!run) return null;
  if (!FROM[verb].includes(run.state)) throw wrongState(id, run.state, FROM[verb]);
  if (verb === 'release' && run.reason_rule === 'delivery-late') throw tooLate(id);
  const needed = verb === 'release' ? people : 1;
  const before = verb === 'release' ? await listReleasers(client, id) : [];
  if (before.includes(by)) throw samePerson(id, by, before, needed);
  await client.query('insert into runs.decision (run, verb, by, reason, needed, at) values ($1, $2, $3, $4, $5, $6)', [id, verb, by, reason, needed, now]);
  const who = [...before, by];
  const needs = Math.max(0, needed - who.length);
  await noteEvent(client, { feed: run.feed, run: id, kind: needs > 0 ? 'release-proposed' : HAPPENED[verb], by, detail: { reason, ...(verb === 'release' && { releasedBy: who, needs }) } });
  if (needs > 0) return { run: id, state: run.state, releasedBy: who, needs, moved: false };
  if (verb === 'discard') {
    await client.query(`update runs.run set state = 'discarded', decided_by = $2, lease_until = null, ended_at = clock_timestamp() where id = $1`, [id, by]);
    await lapseReleases(client, id);
    return { run: id, state: 'discarded', releasedBy: [], needs: 0, moved: true };
  }
  await client.query(
    `update runs.run set state = 'accepted', decided_by = $2, lease_until = null, ended_at = null, attempts = 0, released = released or $3,
       reason_rule = null, reason = null, digest = null, seen_digest = null, warnings = null, rows_read = null, rows_duplicate = null, rows_rejected = null,
       rows_unchanged = null, rows_added = null, rows_changed = null, rows_removed = null, rows_held = null
     where id = $1`, [id, who.join('、'), verb === 'release']);
  await client.query('delete from runs.chunk where run = $1', [id]);
  return { run: id, state: 'accepted', releasedBy: who.slice(0, verb === 'release' ? who.length : 0), needs: 0, moved: true };
}

/** Those who asked for a run's release and whose word still stands, in order. */
async function listReleasers(client: Pick<ClientBase, 'query'>, run: number): Promise<string[]> {
  const { rows } = await client.query<{ by: string }>(`select by from runs.decision where run = $1 and verb = 'release' and not lapsed order by id`, [run]);
  return rows.map(({ by }) => by);
}

/** What people said of another content of a run says nothing of this one. */
export async function lapseReleases(client: Pick<ClientBase, 'query'>, run: number): Promise<void> {
  await client.query(`update runs.decision set lapsed = true where run = $1 and verb = 'release' and not lapsed`, [run]);
}

/** One name is one person, however it was typed. @throws HUSHU-RUNS-13 no usable reason or name */
export function tidied({ by, reason }: Judgement): Judgement {
  const tidy = (text: string): string => text.normalize('NFC').trim().replace(/\s+/gu, ' ');
  const [name, why] = [tidy(by), tidy(reason)];
  const faults = [
    ...(name === '' || name.length > 100 ? [{ pointer: '/by', rule: 'shape', text: { zh: '应为 1 到 100 个字符的人名', en: 'Must be a person\'s name of 1 to 100 characters' } }] : []),
    ...(why === '' || why.length > LONGEST_REASON ? [{ pointer: '/reason', rule: 'shape', text: { zh: `应为 1 到 ${LONGEST_REASON} 个字符`, en: `Must be 1 to ${LONGEST_REASON} characters` } }] : []),
    ...(holdsPersonalNumber(why) ? [{ pointer: '/reason', rule: 'personal-number', text: { zh: '理由中不得填写证件号码或手机号', en: 'A reason must not hold a document or phone number' } }] : []),
  ];
  if (faults.length === 0) return { by: name, reason: why };
  throw new HubError({
    code: 'HUSHU-RUNS-13', zh: faults.map(({ text }) => text.zh).join('；'), en: faults.map(({ text }) => text.en).join('; '),
    hintZh: '写明谁作此决定、为什么,不写任何人的号码', hintEn: 'Say who decides and why, with nobody\'s number in it', details: { faults },
  });
}

function wrongState(run: number, state: RunState, from: RunState[]): HubError {
  return new HubError({
    code: 'HUSHU-RUNS-10', zh: `处理 ${run} 的状态是 ${state},只有 ${from.join('、')} 时可以这样做`,
    en: `Run ${run} is ${state}; this is for runs that are ${from.join(' or ')}`,
    hintZh: '查看这一批次的状态和以往的决定', hintEn: 'Look at the run: its state, and what was decided before', details: { run, state },
  });
}

function samePerson(run: number, by: string, releasedBy: string[], needed: number): HubError {
  return new HubError({
    code: 'HUSHU-RUNS-11', zh: `${by} 已经请求放行处理 ${run},须由另一人确认(共需 ${needed} 人)`,
    en: `${by} has asked for the release of run ${run} already; somebody else must confirm it (${needed} people in all)`,
    hintZh: '请另一位经办人放行,或舍弃这一批次', hintEn: 'Have another officer release it, or discard it', details: { run, releasedBy, needs: needed - releasedBy.length },
  });
}

function tooLate(run: number): HubError {
  return new HubError({
    code: 'HUSHU-RUNS-12', zh: `处理 ${run} 的数据早于已发布的批次,不能放行`, en: `Run ${run} is older than what is published and cannot be released`,
    hintZh: '用 hushu run discard 舍弃,或请供数部门交付更新的批次', hintEn: 'Discard it with hushu run discard, or ask for a newer delivery',
  });
}
