import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Run, RunCounts } from '#runs';
import { idNumber, insuredFile, insuredRow, insuredRows, MEDICAL } from '../support/deliveries.js';
import { TestHub } from '../support/hub.js';

interface Shown { run: number; feed: string; state: string; counts: RunCounts; reason: { rule: string } | null; attempts: number; steps?: { step: string }[]; rejects?: unknown[] }

/** What people decide about deliveries, at the command line of a running hub where forty records are published. */
describe('held, failed, and what people decide', () => {
  const rows = insuredRows(40);
  let hub: TestHub, folder: string, files = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-decide-'));
    hub = await TestHub.start();
    expect(await deliver(rows, '2025-06-01')).toMatchObject({ state: 'published', counts: { read: 40, added: 40 } });
  });
  afterAll(async () => {
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function write(content: string[][]): string {
    const file = join(folder, `${++files}.csv`);
    writeFileSync(file, insuredFile(content));
    return file;
  }

  const deliver = async (content: string[][], day: string): Promise<Run> => addsUp(await hub.deliver(MEDICAL, write(content), { asOf: new Date(`${day}T00:00:00+08:00`) }));

  function addsUp<T extends { counts: RunCounts }>(run: T): T {
    const { read, duplicate, rejected, unchanged, added, changed, held } = run.counts;
    expect(read).toBe(duplicate + rejected + unchanged + added + changed + held);
    return run;
  }

  async function cli<T>(...args: string[]): Promise<{ code: number | null; said: T }> {
    const { code, out, told } = await hub.cli(...args, '--json');
    return { code, said: (code === 0 || out !== '' ? JSON.parse(out) : (JSON.parse(told) as { error: unknown }).error) as T };
  }

  /** Employers of the insured by their number, as the registry has them. */
  const served = async (): Promise<Record<string, string | null>> => Object.fromEntries((await hub.rows(
    'select s.enrolment_no, m.employer from registry.medical_insurance_row m join staging.medical_insurance s on s.subject_key = m.person order by 1')).map((row) => [row.enrolment_no!, row.employer!]));
  const numberOf = (n: number): string => insuredRow(n)[0]!;

  it('a delivery that shrinks is held, and published when it is released', async () => {
    const smaller = [...rows.slice(0, 20), insuredRow(20, { 参保单位: '虚构纸厂' }), insuredRow(60)];
    const handed = await cli<{ run: number; state: string; rule: string; counts: RunCounts }>('deliver', MEDICAL, write(smaller), '--as-of', '2025-06-02', '--wait');
    expect(handed).toMatchObject({ code: 4, said: { state: 'held', rule: 'delivery-shrinks', counts: { read: 22, unchanged: 20, held: 2, added: 0, changed: 0, removed: 19 } } });
    const id = handed.said.run;
    expect(Object.keys(await served())).toHaveLength(40);
    expect((await cli<Shown[]>('run', 'list', '--state', 'held')).said).toMatchObject([{ run: id, feed: MEDICAL, state: 'held', reason: { rule: 'delivery-shrinks' } }]);
    const asked = await hub.cli('run', 'release', String(id), '--by', '张科长', '--reason', '已与医保局核实', '--json');
    expect([asked.code, JSON.parse(asked.out)]).toEqual([4, { run: id, state: 'held', releasedBy: ['张科长'], needs: 1 }]);
    expect(asked.told).toContain(`hushu run release ${id} --by`);
    expect(await cli<{ details?: object }>('run', 'release', String(id), '--by', '张科长')).toMatchObject({ code: 5, said: { code: 'HUSHU-RUNS-11' } });
    expect((await cli<Shown>('run', 'show', String(id))).said).toMatchObject({ state: 'held' });
    expect(await cli('run', 'release', String(id), '--by', '李处')).toMatchObject({ code: 0, said: { run: id, releasedBy: ['张科长', '李处'], needs: 0 } });
    expect(addsUp(await hub.ended(id))).toMatchObject({ state: 'published', counts: { read: 22, unchanged: 20, added: 1, changed: 1, removed: 19, held: 0 } });
    const after = await served();
    expect(Object.keys(after)).toHaveLength(22);
    expect([after[numberOf(20)], after[numberOf(60)], after[numberOf(21)]]).toEqual(['虚构纸厂', null, undefined]);
    expect(await cli('run', 'release', String(id))).toMatchObject({ code: 1, said: { code: 'HUSHU-RUNS-10' } });
    expect(await hub.rows('select decided_by from runs.run where id = $1', [id])).toEqual([{ decided_by: '张科长、李处' }]);
    expect(await deliver(rows, '2025-06-03')).toMatchObject({ state: 'published' });
  });

  it('what was published and what was held is read again and comes to the same, and its copy is there as long as policy says', async () => {
    const { said: [last] } = await cli<Shown[]>('run', 'list', '--limit', '1');
    const replayed = await hub.cli('run', 'replay', String(last!.run), '--by', '张科长', '--json');
    expect([replayed.code, JSON.parse(replayed.out)]).toEqual([0, expect.objectContaining({ run: last!.run, by: '张科长', state: 'done', verdict: 'same', done: 3, total: 3 })]);
    expect(await hub.cli('run', 'replay', '1')).toMatchObject({ code: 0, out: expect.stringMatching(/history/) });
    expect(await cli('run', 'replay', '999')).toMatchObject({ code: 1, said: { code: 'HUSHU-CLI-06' } });
    const until = new Date();
    until.setUTCFullYear(until.getUTCFullYear() + 5);
    expect((await cli<{ copy: object }>('run', 'show', '1')).said.copy).toEqual({ kept: true, until: expect.stringContaining(until.toISOString().slice(0, 7)), needed: expect.any(Boolean), removedAt: null, removedBy: null });
  });

  it('a held delivery that is discarded changes nothing', async () => {
    const before = await served();
    const held = await deliver([...rows, ...Array.from({ length: 11 }, (_, n) => insuredRow(70 + n, { 险种: '渔船' })), insuredRow(90)], '2025-06-04');
    expect(held).toMatchObject({ state: 'held', reason: { rule: 'rejects-above-limit' } });
    expect(await cli('run', 'discard', String(held.id))).toMatchObject({ code: 0, said: { run: held.id, state: 'discarded' } });
    expect(addsUp((await cli<Shown>('run', 'show', String(held.id))).said)).toMatchObject({ state: 'discarded', counts: { read: 52, rejected: 11, held: 1 } });
    expect(await served()).toEqual(before);
  });

  it('a delivery released after another was published is matched against what that left', async () => {
    const whole = [...rows.slice(0, 39), insuredRow(39, { 参保单位: '甲厂' })];
    const held = await deliver([...whole, ...Array.from({ length: 11 }, (_, n) => insuredRow(70 + n, { 险种: '渔船' }))], '2025-06-07');
    expect(held).toMatchObject({ state: 'held', counts: { held: 1 } });
    expect(await deliver([...rows.slice(1, 39), insuredRow(39, { 参保单位: '乙厂' }), insuredRow(61)], '2025-06-06')).toMatchObject({ state: 'published', counts: { added: 1, changed: 1, removed: 1 } });
    // Who says nothing is the user of the machine.
    expect(await cli('run', 'release', String(held.id))).toMatchObject({ code: 4, said: { releasedBy: [userInfo().username], needs: 1 } });
    expect(await cli('run', 'release', String(held.id))).toMatchObject({ code: 5 });
    expect(await cli('run', 'release', String(held.id), '--by', '李处')).toMatchObject({ code: 0 });
    expect(addsUp(await hub.ended(held.id))).toMatchObject({ state: 'published', counts: { read: 51, rejected: 11, unchanged: 38, added: 1, changed: 1, removed: 1 } });
    const after = await served();
    expect([Object.keys(after).length, after[numberOf(39)], after[numberOf(0)], after[numberOf(61)]]).toEqual([40, '甲厂', null, undefined]);
    expect((await cli('verify')).code).toBe(0);
  });

  it('a delivery that is older than what is published takes its place before it; where that cannot be told anew it cannot be released', async () => {
    const before = await served();
    const [{ stored_path: copy }] = await hub.rows<{ stored_path: string }>(`select stored_path from runs.run where state = 'published' order by as_of limit 1`) as [{ stored_path: string }];
    renameSync(copy, `${copy}.away`);
    const late = await deliver(rows, '2025-05-01');
    expect(late).toMatchObject({ state: 'held', reason: { rule: 'delivery-late' } });
    expect(await cli('run', 'release', String(late.id))).toMatchObject({ code: 1, said: { code: 'HUSHU-RUNS-12' } });
    expect(await cli('run', 'discard', String(late.id), '--reason', '身份证 11010519491231002X')).toMatchObject({ code: 2, said: { code: 'HUSHU-RUNS-13' } });
    expect(await cli('run', 'discard', String(late.id))).toMatchObject({ code: 0 });
    renameSync(`${copy}.away`, copy);
    expect(await deliver(rows, '2025-05-01')).toMatchObject({ state: 'published', replayed: true, counts: { read: 40, added: 40 } });
    expect(await served()).toEqual(before);
    expect((await cli('verify')).code).toBe(0);
  });

  it('a run that failed is published when it is taken up again', async () => {
    await hub.admin.query('revoke insert on registry.medical_insurance_row from hushu_registry');
    const failed = await deliver([...rows, insuredRow(62)], '2025-06-08');
    expect(failed).toMatchObject({ state: 'failed', reason: { rule: 'HUSHU-WORKER-01', text: { en: expect.stringContaining('42501') }, hint: { en: expect.stringContaining('hushu run retry') } } });
    expect(await cli('deliver', MEDICAL, write([...rows, insuredRow(62)]), '--as-of', '2025-06-08', '--wait')).toMatchObject({ code: 1, said: { state: 'failed' } });
    await hub.admin.query('grant insert on registry.medical_insurance_row to hushu_registry');
    // Meanwhile the world has moved on.
    expect(await deliver([...rows.slice(0, 39), insuredRow(39, { 参保单位: '丙厂' })], '2025-06-08')).toMatchObject({ state: 'published', counts: { changed: 1 } });
    expect(await cli('run', 'retry', String(failed.id))).toMatchObject({ code: 0, said: { run: failed.id } });
    expect(addsUp(await hub.ended(failed.id))).toMatchObject({ state: 'published', counts: { read: 41, unchanged: 39, added: 1, changed: 1, removed: 0 } });
    // Handed in before the other of that day, it takes effect before it.
    expect((await served())[numberOf(39)]).toBe('丙厂');
    expect(await cli('run', 'retry', String(failed.id))).toMatchObject({ code: 1, said: { code: 'HUSHU-RUNS-10' } });
  });

  it('the ledger is listed and shown, and what is not there is said', async () => {
    const [listed, shown, missing, table, noFile, ...wrong] = await Promise.all([
      cli<Shown[]>('run', 'list', '--feed', MEDICAL, '--limit', '3'), cli<Shown>('run', 'show', '1'), cli('run', 'show', '999'), hub.cli('run', 'list'),
      cli('deliver', MEDICAL, join(folder, 'none.csv'), '--as-of', '2025-07-01'), hub.cli('deliver', MEDICAL), hub.cli('deliver', MEDICAL, write(rows), '--as-of', 'yesterday'),
    ]);
    expect([listed.code, listed.said.length, listed.said.every((run, at) => at === 0 || run.run < listed.said[at - 1]!.run)]).toEqual([0, 3, true]);
    expect(shown).toMatchObject({ code: 0, said: { run: 1, state: 'published', reason: null, rejects: [] } });
    expect(shown.said.steps!.map(({ step }) => step)).toEqual(expect.arrayContaining(['stage', 'fill']));
    expect(missing).toMatchObject({ code: 1, said: { code: 'HUSHU-CLI-06' } });
    expect(table.out).toMatch(/^\s*Run\s+Feed\s+State/);
    expect(noFile).toMatchObject({ code: 1, said: { code: 'HUSHU-CLI-04' } });
    expect(wrong.map(({ code }) => code)).toEqual([2, 2]);
  });

  it('an officer sees a person by their number, on a day and as known at a time', async () => {
    const number = insuredRow(39)[2]!;
    const [person] = (await cli<{ kind: string; documents: object[]; record: { medicalInsurance: object }; provenance: object }[]>('person', 'get', '--id-number', number, '--provenance')).said;
    expect(person).toMatchObject({
      kind: 'provisional', documents: [{ kind: '111', number }], record: { identity: { name: insuredRow(39)[3] }, medicalInsurance: { employer: '丙厂' } },
      provenance: { medicalInsurance: { source: { feed: MEDICAL }, validTo: null } },
    });
    const on = async (...moment: string[]) => (await cli<typeof person[]>('person', 'get', '--id-number', number, ...moment)).said.map((one) => (one!.record.medicalInsurance as { employer: string | null } | undefined)?.employer);
    const [then, unknown, nobody, malformed] = await Promise.all([
      on('--as-of', '2025-06-07'), on('--known-at', '2025-01-01'), cli('person', 'get', '--id-number', idNumber(998)), cli('person', 'get', '--id-number', '12'),
    ]);
    expect([then, unknown]).toEqual([['甲厂'], [undefined]]);
    expect(nobody).toEqual({ code: 1, said: [] });
    expect(malformed).toMatchObject({ code: 2, said: { code: 'HUSHU-CLI-08' } });
  });
});
