import type { FeedContract } from '#feeds';
import { HubError } from '#kernel';
import { killPoint, Progress, type PublishedRun, type ReplayEnd, type ReplayFinding, type ReplayLease, type RunCounts, type RunReason, type RunStory } from '#runs';
import { clearRun } from '../apply/apply-staged.js';
import { storedDelivery } from '../land/open-delivery.js';
import { readingContract } from '../redrive/reading-contract.js';
import { digestDelivery } from '../scan/digest-delivery.js';
import { checkPromisedRows, heldBack, heldFor, refusedFor, unreadText, type Unread } from '../scan/outcome.js';
import type { Scanned, ScanParts } from '../scan/scan-delivery.js';
import { shapeOf, stateWhole } from '../state/staged-state.js';
import { StagedSql } from '../table/staged-sql.js';
import { copyless } from './replay-feed.js';
import { RejectStory } from './reject-story.js';
import { fencedBy, inPlace, openReading, readAgain, readingOf, type Chapter, type Fenced, type Reading } from './read-again.js';

export interface RunReplay {
  story: RunStory;
  lease: ReplayLease;
  signal: AbortSignal;
  contract: FeedContract;
  tell: (done: number, total: number) => Promise<void>;
}

/**
 * Reads a past run again from its stored delivery, after all that was published of its feed by then, and compares what
 * comes of it with what the ledger has. All of it happens in tables private to the order; nothing that is served
 * changes. Where the story before is gone in part, the rows that held are compared from the last full delivery on that
 * rejected nothing; where even that is gone, or another version of the contract is in force, only the delivery itself.
 */
export async function replayRun(parts: ScanParts, o: RunReplay): Promise<ReplayEnd> {
  const { own } = o.story;
  const gone = await copyless([own]);
  if (gone !== null) throw noCopy(gone);
  const { chapters, since, unread } = await readableStory(parts, o);
  const compare = new Comparison(chapters.length, since);
  if (unread !== null) {
    await o.tell(0, 1);
    await compareDelivery(parts, o, compare);
    return compare.end(unread);
  }
  const reading: Reading = { lease: o.lease, signal: o.signal, contract: o.contract, progress: new Progress(parts.database, o.lease) };
  const fenced = fencedBy(parts, reading);
  await openReading(fenced, reading);
  const story = await RejectStory.begin(parts.database, o.lease);
  const happened = await readTo(parts, fenced, story, reading, o, chapters).finally(() => story.end());
  killPoint('replay.read', o.lease.run);
  await compareOutcome(parts, o, compare, happened);
  if (o.story.outcome === 'published') await compareState(parts, o, compare, since === null);
  return compare.end(since === null ? null : { why: 'copy', run: since.before });
}

/** Drops whatever a replay has of its own. */
export async function clearReplay(parts: Pick<ScanParts, 'database'>, feed: string, lease: { run: number }): Promise<void> {
  await parts.database.transaction('staging', (client) => clearRun(client, feed, lease.run));
}

interface Happened { scanned?: Scanned; outcome: 'published' | 'held' | 'refused'; rule: string | null }

/** The deliveries that can be read, in their order in time; `unread`: they are not enough. */
async function readableStory(parts: ScanParts, { story, contract }: RunReplay): Promise<{ chapters: Chapter[]; since: { run: number; before: PublishedRun } | null; unread: Unread | null }> {
  const { own, before } = story;
  const otherwise = [own, ...before].find((one) => readingOf(parts.catalogue, contract, one) === undefined);
  const chapter = (one: PublishedRun): Chapter => ({
    run: one, contract: readingOf(parts.catalogue, contract, one) ?? contract, source: storedDelivery(one, one.copy!.path, parts.keys),
    seenDigest: one.seenDigest, rejects: one.copy!.run, repairs: one.repairs,
  });
  const ownChapter = { ...chapter(own), seenDigest: story.outcome === 'published' ? own.seenDigest : null };
  const { outcome } = story;
  // What it would have come to had it come in time nobody has recorded.
  if (outcome === 'held' && own.reason?.rule === 'delivery-late') return { chapters: [ownChapter], since: null, unread: { why: 'late', run: own } };
  if (outcome === 'held' && own.reason?.rule === 'feed-stopped') return { chapters: [ownChapter], since: null, unread: { why: 'stopped', run: own } };
  if (otherwise !== undefined) return { chapters: [ownChapter], since: null, unread: { why: 'contract', run: otherwise } };
  const gone = await copyless(before);
  if (gone === null) return { chapters: inPlace(ownChapter, before.map(chapter)), since: null, unread: null };
  const all = inPlace<{ run: PublishedRun }>({ run: own }, before.map((run) => ({ run }))).map(({ run }) => run);
  const after = all.slice(all.indexOf(gone) + 1);
  const clean = after.findIndex(startsAnew);
  if (clean === -1 || outcome !== 'published') return { chapters: [ownChapter], since: null, unread: { why: 'copy', run: gone } };
  const rest = after.slice(clean);
  return { chapters: rest.map((one) => (one === own ? ownChapter : chapter(one))), since: { run: rest[0]!.id, before: gone }, unread: null };
}

/** What a full delivery says that rejected nothing, and that was not taken for the one before, rests on nothing before it. */
function startsAnew(run: PublishedRun): boolean {
  return run.mode === 'full' && run.redrive === null && run.counts.rejected === 0 && run.reason?.rule !== 'delivery-repeated';
}

/** Reads up to and with the run; it, too, is put in place where it was published. */
async function readTo(parts: ScanParts, fenced: Fenced, rejects: RejectStory, reading: Reading, { story, contract, tell }: RunReplay, chapters: Chapter[]): Promise<Happened> {
  const { own, outcome } = story;
  const happened: Happened = { outcome: 'published', rule: null };
  let done = 0, at = 0;
  await tell(done, chapters.length);
  try {
    await readAgain(parts, fenced, rejects, { ...reading, begin: ({ run }) => { at = run.id; } }, chapters, async ({ run }, scanned) => {
      await tell(++done, chapters.length);
      if (run.id !== own.id) return true;
      happened.scanned = scanned;
      // What people have let through would be held; that is theirs to judge, not the replay's.
      const held = heldFor({ ...scanned, run: { ...own, released: outcome === 'published' }, contract });
      if (held === null) return true;
      Object.assign(happened, { outcome: 'held', rule: held.rule });
      return false;
    });
  } catch (error) {
    const refused = at === own.id ? refusedFor(error) : null;
    if (refused === null) throw error;
    return { outcome: 'refused', rule: refused.reason!.rule };
  }
  return happened;
}

async function compareOutcome(parts: ScanParts, o: RunReplay, compare: Comparison, happened: Happened): Promise<void> {
  const { own, outcome } = o.story;
  const { scanned } = happened;
  const rule = outcome === 'published' ? null : own.reason?.rule ?? null;
  compare.with('outcome', rule === null ? outcome : `${outcome} ${rule}`, happened.rule === null ? happened.outcome : `${happened.outcome} ${happened.rule}`);
  if (scanned === undefined) {
    // A repetition was known for what was there and not read, then as now.
    if (outcome === 'published') await compareDelivery(parts, o, compare);
    return;
  }
  if (own.digest !== null) compare.with('delivery', own.digest, scanned.digest);
  // What was released and then given up was counted otherwise in between.
  if (outcome !== 'published' && own.released) return;
  const counts = happened.outcome === 'held' ? heldBack(scanned.counts) : scanned.counts;
  // With nothing before it everything is new.
  const told = ({ read, duplicate, rejected, ...rest }: RunCounts) => ({ read, duplicate, rejected, ...(compare.since !== own.id && rest) });
  compare.with('counts', told(own.counts), told(counts));
}

async function compareState({ database }: ScanParts, { story, contract, lease }: RunReplay, compare: Comparison, whole: boolean): Promise<void> {
  const { own, before, redone } = story;
  const made = new StagedSql(contract, { run: lease.run, delivery: own.id, rejects: own.id });
  const now = await stateWhole(database.pool('staging'), made);
  const then = own.stagedState?.shape === shapeOf(made) ? own.stagedState : null;
  if (then !== null) {
    compare.with('rows', then.now, now.now);
    if (whole) compare.with('history', then.past, now.past);
    if (!compare.differ('rows') && !compare.differ('history')) return;
  }
  // After a late run the store does not tell any more what was there before it.
  if (redone || !whole) return;
  const { rows: [apart] } = await database.pool('staging').query<NonNullable<ReplayFinding['rows']>>(
    new StagedSql(contract).fill(import.meta.dirname, 'apart', lease.run), [[own.id, ...before.map(({ id }) => id)]]);
  compare.rows = apart!;
  if (then !== null) return;
  const { missing, extra, other, past } = apart!;
  compare.with('rows', 0, missing + extra + other);
  compare.with('history', 0, past);
}

/** The bytes that are kept are those that were delivered: their rows have the digest they had. */
async function compareDelivery(parts: ScanParts, { story: { own }, contract }: RunReplay, compare: Comparison): Promise<void> {
  const { catalogue } = parts;
  const source = storedDelivery(own, own.copy!.path, parts.keys);
  const then = own.seenDigest;
  const digest = then === null ? null : await digestDelivery(readingContract(readingOf(catalogue, contract, own) ?? contract, own), source, parts.keys.secret('row-hash', 8));
  if (digest === null) {
    // Nothing to hold it against but its seal, which is broken by any change.
    for await (const chunk of source.chunks()) void chunk;
    return;
  }
  checkPromisedRows(own, digest.rows);
  compare.with('delivery', then, digest.text());
}

/** What was compared, and what of it differs. */
class Comparison {
  rows: ReplayFinding['rows'] = null;
  private readonly found: ReplayFinding;

  constructor(deliveries: number, since: { run: number } | null) {
    this.found = { compared: [], differs: [], then: {}, now: {}, deliveries, since: since?.run ?? null, rows: null };
  }

  get since(): number | null {
    return this.found.since;
  }

  with(what: ReplayFinding['compared'][number], then: unknown, now: unknown): void {
    this.found.compared.push(what);
    if (JSON.stringify(then) === JSON.stringify(now)) return;
    this.found.differs.push(what);
    this.found.then[what] = then;
    this.found.now[what] = now;
  }

  differ(what: ReplayFinding['compared'][number]): boolean {
    return this.found.differs.includes(what);
  }

  end(unread: Unread | null): ReplayEnd {
    return {
      verdict: this.found.differs.length > 0 ? 'differs' : unread === null ? 'same' : 'incomparable', finding: { ...this.found, rows: this.rows },
      reason: unread === null ? null : inPart(unread),
    };
  }
}

function inPart(unread: Unread): RunReason {
  const { zh, en } = unreadText(unread);
  return {
    rule: `replay-${unread.why}`, text: { zh: `只能部分比对：${zh}`, en: `Only a part can be compared: ${en}` },
    hint: unread.why === 'late' ? { zh: '如仍需要，请供数部门交付更新的批次', en: 'If it is still wanted, ask the supplier for a newer delivery' }
      : unread.why === 'stopped' ? { zh: '用 hushu drift resume 恢复数据源后，它会继续', en: 'It goes on once the feed is resumed with hushu drift resume' }
      : unread.why === 'contract' ? { zh: '以当时的契约目录（--config）另起一库可完整重放', en: 'On a store of its own under the contract of that time (--config) it can be replayed whole' }
      : { zh: '延长 settings/retention.yaml 的留存期限，今后的批次即可完整重放', en: 'Keep copies longer (settings/retention.yaml), and runs to come can be replayed whole' },
  };
}

function noCopy(run: PublishedRun): HubError {
  const { zh, en } = unreadText({ why: 'copy', run });
  return new HubError({
    code: 'HUSHU-STAGING-30', details: { run: run.id }, zh: `无法重放：${zh}`, en: `It cannot be replayed: ${en}`,
    hintZh: '仍持有原文件的，可用 hushu feed try 试读；今后的批次见 settings/retention.yaml 与 HUSHU_KEEP_DELIVERIES',
    hintEn: 'Whoever still has the file can read it with hushu feed try; for runs to come see settings/retention.yaml and HUSHU_KEEP_DELIVERIES',
  });
}
