import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROW_RULES } from '#feeds';
import type { Text } from '#kernel';
import type { Run } from '#runs';
import { FRAME, pack, packLong, SHEET, zipOf } from '../../libs/feeds/src/format/zip.fixture.js';
import { contestedFile, csvOf, INSURED, insuredFile, insuredRow, insuredRows, MEDICAL } from '../support/deliveries.js';
import { encodeGb18030 } from '../support/gb18030.js';
import { TestHub } from '../support/hub.js';

const HOUSING = 'housing-security';
const GOOD = insuredRows(30);

/** Both languages, each in its own letters. */
const words = { zh: expect.stringMatching(/[\u4e00-\u9fff]/), en: expect.stringMatching(/^[A-Z0-9]/) };

/** What bad input gets, handed in to a running hub where thirty good records are published. */
describe('bad input', () => {
  let hub: TestHub, folder: string, day = 20250600;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-bad-'));
    hub = await TestHub.start();
    expect(await deliver(insuredFile(GOOD))).toMatchObject({ state: 'published', counts: { read: 30, added: 30 } });
  });
  afterAll(async () => {
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Each delivery is a day younger than the one before; whatever becomes of it, its counts add up. */
  async function deliver(bytes: Uint8Array | string, feed = MEDICAL, extension = 'csv'): Promise<Run> {
    const run = await hub.deliver(feed, write(bytes, feed, extension));
    const { read, duplicate, rejected, unchanged, added, changed, held } = run.counts;
    expect(read).toBe(duplicate + rejected + unchanged + added + changed + held);
    return run;
  }

  function write(bytes: Uint8Array | string, feed = MEDICAL, extension = 'csv'): string {
    const file = join(folder, `${feed}.full.${++day}.${extension}`);
    writeFileSync(file, bytes);
    return file;
  }

  async function refused(bytes: Uint8Array | string, rule: string, feed?: string, extension?: string): Promise<Text> {
    const run = await deliver(bytes, feed, extension);
    expect(run).toMatchObject({ state: 'refused', reason: { rule, text: words, hint: words } });
    expect(await insured()).toBe(30);
    return run.reason!.text;
  }

  /** The last row is bad: the thirty stay as they are. */
  async function rejected(row: readonly string[], rule: string, field: string | null): Promise<void> {
    await rejectedAmong(insuredFile([...GOOD, row]), 31, rule, field);
  }

  async function rejectedAmong(bytes: Uint8Array, rowNo: number, rule: string, field: string | null): Promise<void> {
    const run = await deliver(bytes);
    expect(run).toMatchObject({ state: 'published', counts: { read: 31, rejected: 1, unchanged: 30, added: 0, changed: 0, removed: 0 } });
    expect(await hub.rejects(run.id)).toMatchObject([{ rowNo, rule, field }]);
    expect(ROW_RULES[rule]).toEqual(words);
    expect(await insured()).toBe(30);
  }

  const insured = async (): Promise<number> => Number((await hub.rows('select count(*) from staging.medical_insurance'))[0]!.count);
  const workbook = (): Buffer => readFileSync(join(hub.config, 'feeds', HOUSING, 'sample.xlsx'));

  it('a missing column is refused, by its name', async () => {
    const columns = INSURED.filter((column) => column !== '险种');
    const { zh, en } = await refused(encodeGb18030(csvOf(GOOD.map((row) => row.filter((_, at) => INSURED[at] !== '险种')), columns)), 'file-columns');
    expect([zh, en]).toEqual([expect.stringContaining('险种'), expect.stringContaining('险种')]);
  });

  it('a wrong encoding is refused, with what it looks like', async () => {
    expect((await refused(csvOf(GOOD), 'file-encoding')).en).toMatch(/UTF-8/);
  });

  it('a truncated workbook is refused', async () => {
    const whole = workbook();
    await refused(whole.subarray(0, Math.floor(whole.length * 0.7)), 'file-truncated', HOUSING, 'xlsx');
  });

  it('a zip bomb is refused', async () => {
    const frame = FRAME.map((part) => (part.name === 'xl/workbook.xml' ? pack(part.name, inflateRawSync(part.packed).toString().replace('name="s"', 'name="保障家庭"')) : part));
    const bomb = zipOf([...frame, packLong(SHEET, '<worksheet><sheetData><row><c t="str"><v>', 'a', 1024, '</v></c></row></sheetData></worksheet>')]);
    expect(bomb.length).toBeLessThan(2 ** 21);
    await refused(bomb, 'file-bomb', HOUSING, 'xlsx');
  });

  it('an empty file is refused', async () => {
    await refused('', 'file-empty');
  });

  it('the same file twice changes nothing, and says so', async () => {
    const again = await deliver(insuredFile(GOOD));
    expect(again).toMatchObject({ state: 'published', reason: { rule: 'delivery-repeated', text: words }, counts: { read: 30, unchanged: 30, added: 0, changed: 0, removed: 0 } });
    const shuffled = await deliver(insuredFile(GOOD.toReversed()));
    expect(shuffled).toMatchObject({ state: 'published', reason: { rule: 'delivery-repeated' }, counts: { read: 30, unchanged: 30 } });
  });

  it('a row that contradicts one that holds rejects both, and what holds stays', async () => {
    const run = await deliver(contestedFile(GOOD));
    expect(run).toMatchObject({ state: 'published', counts: { read: 33, rejected: 2, duplicate: 2, unchanged: 29, added: 0, changed: 0, removed: 0 } });
    expect(await hub.rejects(run.id)).toMatchObject([{ rowNo: 1, rule: 'key-contested' }, { rowNo: 5, rule: 'key-contested' }]);
    expect(ROW_RULES['key-contested']).toEqual(words);
    expect(await insured()).toBe(30);
  });

  it('a file of another feed is refused, with the name of that feed', async () => {
    const death = readFileSync(join(hub.config, 'feeds/residence-permit/sample.csv'), 'utf8');
    expect((await refused(encodeGb18030(death), 'file-other-feed')).en).toMatch(/residence-permit/);
  });

  it('an id number with a wrong check character throws its row out', async () => {
    const [number] = insuredRow(99).slice(2);
    await rejected(insuredRow(99, { 证件号码: number!.slice(0, 17) + (number!.endsWith('5') ? '6' : '5') }), 'citizen-id-check', '证件号码');
  });

  it('a date that does not exist throws its row out', async () => {
    await rejected(insuredRow(99, { 首次参保日期: '20230229' }), 'date-real', '首次参保日期');
  });

  it('a code nobody mapped throws its row out', async () => {
    await rejected(insuredRow(99, { 险种: '渔船' }), 'code-unmapped', '险种');
  });

  it('a row with too many columns is thrown out, and the rows behind it are read', async () => {
    await rejectedAmong(insuredFile([...GOOD.slice(0, 10), [...insuredRow(99), '1'], ...GOOD.slice(10)]), 11, 'row-columns', null);
  });

  it('half a delivery with a row whose key cannot be read is held; with few lacking it is published, and what it lacks stays', async () => {
    const cut = await deliver(insuredFile([...GOOD.slice(0, 15), insuredRow(99, { 参保编号: '' })]));
    expect(cut).toMatchObject({ state: 'held', reason: { rule: 'delivery-shrinks', text: words, hint: words }, counts: { read: 16, rejected: 1, unchanged: 15, removed: 0 } });
    expect(cut.reason!.text.en).toMatch(/lacks at least 14 of 30/);
    const almost = await deliver(insuredFile([...GOOD.slice(0, 29), insuredRow(99, { 参保编号: '' })]));
    expect(almost).toMatchObject({ state: 'published', counts: { read: 30, rejected: 1, unchanged: 29, removed: 0 } });
    expect(await insured()).toBe(30);
  });

  it('a line of 10 MB is thrown out, and the rows behind it are read', async () => {
    const [before, behind] = [csvOf(GOOD.slice(0, 10)), csvOf(GOOD.slice(10)).split('\n').slice(1).join('\n')];
    await rejectedAmong(Buffer.concat([encodeGb18030(before), Buffer.alloc(10 << 20, 'x'), encodeGb18030(`\n${behind}`)]), 11, 'row-too-long', null);
  });

  it('more bad rows than the contract allows hold the delivery', async () => {
    const run = await deliver(insuredFile([...GOOD, ...Array.from({ length: 11 }, (_, n) => insuredRow(50 + n, { 险种: '渔船' })), insuredRow(90)]));
    expect(run).toMatchObject({ state: 'held', reason: { rule: 'rejects-above-limit', text: words, hint: words }, counts: { read: 42, rejected: 11, unchanged: 30, held: 1, added: 0 } });
    expect(await insured()).toBe(30);
  });

  it('the command line says it all: rule, reason, what to do, and by its exit code how it ended', async () => {
    const refusal = await hub.cli('deliver', MEDICAL, write(''), '--wait', '--json');
    expect({ ...refusal, out: JSON.parse(refusal.out) as unknown }).toMatchObject({ code: 1, told: expect.stringContaining('file-empty') as unknown, out: { state: 'refused', rule: 'file-empty', reason: words, hint: words } });
    const partly = await hub.cli('deliver', MEDICAL, write(insuredFile([...GOOD, insuredRow(99, { 险种: '渔船' })])), '--wait', '--json');
    const { run, ...said } = JSON.parse(partly.out) as { run: number };
    expect({ code: partly.code, ...said }).toMatchObject({ code: 4, state: 'published', counts: { read: 31, rejected: 1, unchanged: 30 } });
    const { code, out } = await hub.cli('run', 'show', String(run), '--json');
    expect({ code, ...JSON.parse(out) as object }).toMatchObject({ code: 0, run, rejects: [{ rowNo: 31, field: '险种', rule: 'code-unmapped', raw: null, text: words }] });
    const { out: opened } = await hub.cli('run', 'show', String(run), '--raw');
    expect(opened).toMatch(/code-unmapped.*险种.*YB00000099.*渔船/);
  });
});
