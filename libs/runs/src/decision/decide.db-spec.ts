import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { Ledger } from '../ledger/ledger.js';
import { NO_COUNTS, type Run } from '../ledger/run.js';
import { runInvariants } from '../verify/run-invariants.js';
import { readOfficerSettings } from './officer-settings.js';

const KNOWN = new Date('2026-03-01T08:00:00Z');
const why = (by: string, reason = '已与供数部门核实'): { by: string; reason: string } => ({ by, reason });

describe('what people decide', () => {
  let store: TestDatabase, admin: pg.Client, ledger: Ledger, run: Run;
  beforeAll(async () => {
    store = await testDatabase();
    admin = new pg.Client({ connectionString: store.url });
    await admin.connect();
    ledger = new Ledger(store.database, { now: () => KNOWN });
  });
  afterAll(async () => {
    await admin.end();
    await store.drop();
  });
  beforeEach(async () => {
    await admin.query('truncate runs.run, runs.decision, runs.event, runs.outbox, runs.chunk cascade');
    run = await ledger.accept({ feed: 'pension', fileName: 'x.csv', filePath: '/x.csv', fileBytes: 10, fileStat: '1:2:3:4', contractVersion: 'v', mode: 'full', batchNo: null, asOf: KNOWN });
    await hold(run);
  });

  async function hold({ id }: Run, rule = 'delivery-shrinks'): Promise<void> {
    const { lease } = (await ledger.claim(id, 'accepted', 'w'))!;
    await ledger.advance(lease, { state: 'held', counts: { ...NO_COUNTS, read: 5, held: 5 }, reason: { rule, text: { zh: '少', en: 'fewer' } } });
  }
  const bells = async (): Promise<string[]> => (await admin.query<{ bell: string }>(`select queue || ' ' || run as bell from runs.outbox order by id`)).rows.map(({ bell }) => bell);
  const events = async (): Promise<unknown[]> => (await admin.query<{ kind: string; by: string }>('select kind, by from runs.event order by id')).rows.map(({ kind, by }) => `${kind} ${by}`);
  const broken = async (): Promise<string[]> => {
    const faults: string[] = [];
    for (const { name, sql } of runInvariants()) if ((await admin.query(sql)).rowCount !== 0) faults.push(name);
    return faults;
  };

  it('sends a held run on when two different people release it, to be read from its first row again', async () => {
    await store.database.pool('staging').query('select runs.commit_chunk($1, 100, 99, 1)', [run.id]);
    expect(await ledger.decide(run.id, 'release', why(' 张  科长'))).toEqual({ run: run.id, state: 'held', releasedBy: ['张 科长'], needs: 1 });
    expect(await ledger.find(run.id)).toMatchObject({ state: 'held', released: false, counts: { held: 5 } });
    await expect(ledger.decide(run.id, 'release', why('张 科长'))).rejects.toMatchObject({ code: 'HUSHU-RUNS-11', details: { releasedBy: ['张 科长'], needs: 1 } });
    expect(await bells()).toEqual([`stage ${run.id}`]);
    expect(await ledger.decide(run.id, 'release', why('李处'))).toEqual({ run: run.id, state: 'accepted', releasedBy: ['张 科长', '李处'], needs: 0 });
    expect((await bells()).at(-1)).toBe(`stage ${run.id}`);
    expect(await ledger.lastChunkRow(run.id)).toBe(0);
    expect(await ledger.find(run.id)).toMatchObject({ state: 'accepted', released: true, reason: null, attempts: 0, counts: NO_COUNTS });
    expect(await events()).toEqual(['release-proposed 张 科长', 'hold-released 李处']);
    expect(await ledger.claim(run.id, 'accepted', 'w')).not.toBeNull();
  });

  it('takes one person once and two at once, however many ask at the same moment', async () => {
    const twice = await Promise.allSettled(Array.from({ length: 4 }, () => ledger.decide(run.id, 'release', why('张科长'))));
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await ledger.find(run.id)).toMatchObject({ state: 'held' });
    const rest = await Promise.allSettled(['李处', '王科', '赵局'].map((by) => ledger.decide(run.id, 'release', why(by))));
    expect(rest.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(rest.filter((one) => one.status === 'rejected').map((one) => (one.reason as { code: string }).code)).toEqual(['HUSHU-RUNS-10', 'HUSHU-RUNS-10']);
    expect((await admin.query('select from runs.decision')).rowCount).toBe(2);
    expect((await bells()).filter((bell) => bell === `stage ${run.id}`)).toHaveLength(2);
    expect(await broken()).toEqual([]);
  });

  it('takes two who come at the very same moment', async () => {
    const both = await Promise.all(['张科长', '李处'].map((by) => ledger.decide(run.id, 'release', why(by))));
    expect(both.map((one) => one!.state).sort()).toEqual(['accepted', 'held']);
  });

  it('takes as many people as the district says', async () => {
    expect(await ledger.decide(run.id, 'release', why('甲'), 3)).toMatchObject({ state: 'held', needs: 2 });
    expect(await ledger.decide(run.id, 'release', why('乙'), 3)).toMatchObject({ state: 'held', needs: 1 });
    expect(await ledger.decide(run.id, 'release', why('丙'), 3)).toMatchObject({ state: 'accepted', releasedBy: ['甲', '乙', '丙'], needs: 0 });
    await hold(run);
    expect(await ledger.decide(run.id, 'release', why('甲'), 1)).toMatchObject({ state: 'accepted', needs: 0 });
  });

  it('forgets who asked for a release when the run is discarded, or read again and held anew', async () => {
    await ledger.decide(run.id, 'release', why('甲'));
    await ledger.decide(run.id, 'release', why('乙'));
    await hold(run);
    expect(await ledger.decide(run.id, 'release', why('甲'))).toMatchObject({ state: 'held', releasedBy: ['甲'], needs: 1 });
    expect(await ledger.decide(run.id, 'discard', why('丙'))).toMatchObject({ state: 'discarded', releasedBy: [], needs: 0 });
    await expect(ledger.decide(run.id, 'release', why('乙'))).rejects.toMatchObject({ code: 'HUSHU-RUNS-10' });
    expect((await admin.query('select by, lapsed from runs.decision order by id')).rows).toEqual([
      { by: '甲', lapsed: true }, { by: '乙', lapsed: true }, { by: '甲', lapsed: true }, { by: '丙', lapsed: false },
    ]);
    expect(await ledger.find(run.id)).toMatchObject({ state: 'discarded', counts: { held: 5 } });
    expect(await broken()).toEqual([]);
  });

  it('takes up what failed without calling it released, and nothing that is in no state for it', async () => {
    for (const state of ['held', 'refused']) {
      await admin.query('update runs.run set state = $1', [state]);
      expect(await ledger.decide(run.id, 'retry', why('甲'))).toMatchObject({ state: 'accepted', releasedBy: [] });
      expect(await ledger.find(run.id)).toMatchObject({ state: 'accepted', released: false });
    }
    await expect(ledger.decide(run.id, 'retry', why('甲'))).rejects.toMatchObject({ code: 'HUSHU-RUNS-10' });
    await admin.query(`update runs.run set state = 'failed', reason_rule = 'x'`);
    await expect(ledger.decide(run.id, 'release', why('甲'))).rejects.toMatchObject({ code: 'HUSHU-RUNS-10' });
    expect(await ledger.decide(run.id, 'retry', why('甲'))).toEqual({ run: run.id, state: 'accepted', releasedBy: [], needs: 0 });
    expect(await ledger.find(run.id)).toMatchObject({ state: 'accepted', released: false, reason: null });
    expect(await ledger.decide(run.id + 1, 'discard', why('甲'))).toBeNull();
  });

  it('refuses to release what is older than what is published, and a reason that is none or holds a number', async () => {
    await admin.query(`update runs.run set reason_rule = 'delivery-late'`);
    await expect(ledger.decide(run.id, 'release', why('甲'))).rejects.toMatchObject({ code: 'HUSHU-RUNS-12' });
    for (const reason of ['  ', 'x'.repeat(501), '户主 11010519491231002X 已核实', '电话 138-0013-8000 确认', '１３８００１３８０００']) {
      await expect(ledger.decide(run.id, 'discard', why('甲', reason))).rejects.toMatchObject({ code: 'HUSHU-RUNS-13', details: { faults: [{ pointer: '/reason' }] } });
    }
    await expect(ledger.decide(run.id, 'discard', why(' '))).rejects.toMatchObject({ code: 'HUSHU-RUNS-13', details: { faults: [{ pointer: '/by' }] } });
    expect(await events()).toEqual([]);
  });

  it('is missed by the invariants when somebody let a run through alone', async () => {
    await ledger.decide(run.id, 'release', why('甲'));
    await admin.query(`update runs.run set state = 'published', released = true`);
    expect(await broken()).toEqual(['what was released was released by as many different people as it took']);
  });
});

describe('the settings of officers', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-officers-'));
    mkdirSync(join(folder, 'settings'));
  });
  const read = (text: string): unknown => {
    writeFileSync(join(folder, 'settings', 'officers.yaml'), text);
    try {
      return readOfficerSettings(folder).release.people;
    } catch (error) {
      return (error as { code: string; text: { en: string } }).text.en.replaceAll(folder, '').split('\n').slice(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('are two people when nothing is said', () => {
    expect(readOfficerSettings(folder).release.people).toBe(2);
    expect(readOfficerSettings(join(import.meta.dirname, '../../../../config')).release.people).toBe(2);
  });
  it.each([
    ['release: { people: 3 }', 3], ['# nothing', 2], ['release: {}', 2],
    ['release: { people: 0 }', ['/settings/officers.yaml:1 release.people: must be a whole number from 1 to 9']],
    ['\nrelease:\n  people: two\n  folk: 2\nspeed: 1', ['/settings/officers.yaml:5 speed: there is no such key', '/settings/officers.yaml:4 release.folk: there is no such key', '/settings/officers.yaml:3 release.people: must be a whole number from 1 to 9']],
    ['release: 2', ['/settings/officers.yaml:1 release must be a map']], ['- 2', ['/settings/officers.yaml:1 the file must be a map']],
  ])('read %j as %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});
