import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentToken, phoneToken } from '#keys';
import { ClearNumbers, formsOfId, formsOfPhone, formsOfText, type Found, type Needle } from '../support/clear-numbers.js';
import { csvOf, idNumber, INSURED, insuredFile, insuredRow, MEDICAL } from '../support/deliveries.js';
import { encodeGb18030 } from '../support/gb18030.js';
import { TestHub } from '../support/hub.js';

const SAMPLES = join(import.meta.dirname, '../support/samples');
/** A name that stands in the clear, as names may: what finds it would find a number. */
const NAME = '古丽娜尔·买买提';

/** Numbers of eighteen characters with a year inside; those of addresses have none. */
const ID = /(?<!\d)\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx]/g;
const PHONE = /(?<!\d)1[3-9]\d{9}(?!\d)/g;

/** Numbers of planted rows that go wrong in every way a row can. */
const PLANTED = Array.from({ length: 16 }, (_, n) => ({ id: idNumber(700 + n, '19770707'), phone: `1600077${String(n).padStart(4, '0')}` }));
/** Asked for, and in no delivery. */
const ASKED = idNumber(777, '19660606');

describe('numbers at rest', () => {
  let folder: string, hub: TestHub, numbers: Needle[];
  let tables: Found[];
  const states: Record<string, number> = {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-rest-'));
    numbers = [...new Set([...sampleTexts().flatMap((text) => text.match(ID) ?? []), ...PLANTED.map(({ id }) => id), ASKED])].flatMap(formsOfId)
      .concat([...new Set([...sampleTexts().flatMap((text) => text.match(PHONE) ?? []), ...PLANTED.map(({ phone }) => phone)])].flatMap(formsOfPhone));
    hub = await TestHub.start();
    await deliverSamples();
    await deliverPlanted();
    await ask();
    tables = await searchTables();
    await hub.stop();
  });
  afterAll(async () => {
    await hub?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sampleTexts = (): string[] => readdirSync(SAMPLES).filter((name) => name !== 'library-card.csv').map((name) => readFileSync(join(SAMPLES, name), 'utf8'));

  /** The samples of all feeds: every format, and rows that are bad on purpose. */
  async function deliverSamples(): Promise<void> {
    for (const { feed } of hub.catalogue.contracts) {
      const sample = readdirSync(join(hub.config, 'feeds', feed)).find((name) => name.startsWith('sample.'))!;
      await deliver(feed, join(hub.config, 'feeds', feed, sample));
    }
  }

  async function deliver(feed: string, file: string, day = '2025-06-01', mode: 'full' | 'delta' = 'full'): Promise<void> {
    const { state } = await hub.deliver(feed, file, { mode, asOf: new Date(`${day}T00:00:00+08:00`) });
    states[state] = (states[state] ?? 0) + 1;
  }

  async function deliverPlanted(): Promise<void> {
    const rows = PLANTED.map(({ id, phone }, n) => insuredRow(800 + n, { 证件号码: id, 出生日期: '19770707', 联系电话: phone }));
    const at = (column: (typeof INSURED)[number]): number => INSURED.indexOf(column);
    rows[1]![at('证件号码')] = `${PLANTED[1]!.id.slice(0, 17)}${PLANTED[1]!.id.endsWith('5') ? '6' : '5'}`;
    rows[2]![at('险种')] = '渔船';
    rows[3]![at('联系电话')] += '0';
    rows[4]!.push('多');
    rows[5]![at('证件号码')] = PLANTED[5]!.id.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    rows[6]![at('证件类型')] = '02';
    rows[7]![at('姓名')] = '';
    rows[8]![at('参保编号')] = rows[9]![at('参保编号')]!;
    let n = 0;
    const hand = (bytes: Uint8Array, day: string, mode?: 'delta'): Promise<void> => {
      const file = join(folder, `${++n}.csv`);
      writeFileSync(file, bytes);
      return deliver(MEDICAL, file, day, mode);
    };
    // Beside the sample's people, not in their place.
    await hand(insuredFile(rows), '2025-06-02', 'delta');
    await hand(insuredFile(rows.map((row) => row.map((cell, column) => (column === at('险种') ? '渔船' : cell)))), '2025-06-03');
    await hand(insuredFile(rows.slice(0, 1)), '2025-06-04');
    await hand(encodeGb18030(csvOf(rows.map((row) => row.slice(1)), INSURED.slice(1))), '2025-06-05');
    await hand(Buffer.from(csvOf(rows)), '2025-06-06');
  }

  /** Every door, with numbers that are known, unknown, malformed and where they do not belong. */
  async function ask(): Promise<void> {
    const token = await hub.token();
    const query = (body: object | string): Promise<unknown> => hub.api('/v1/persons/query', {
      token, method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify({
        grant: 'demo-civil-affairs', purpose: { code: 'elderly-care', caseNo: 'T-1' }, operator: { id: '1', name: '甲', unit: '民政局' }, fields: ['identity.idNumber', 'identity.name'], ...body,
      }),
    });
    const { id, phone } = PLANTED[0]!;
    expect(await query({ by: { idNumbers: [id, ASKED, id.slice(0, 17), phone] } })).toMatchObject({ status: 200, body: { items: [{ status: 'found', record: { identity: { idNumber: id } } }, { status: 'not_found' }, {}, {}] } });
    expect(await query({ by: { personIds: [id] } })).toMatchObject({ status: expect.any(Number) });
    expect(await query({ by: { idNumbers: [id] }, fields: [id] })).toMatchObject({ status: 400 });
    expect(await query(`{"by": {"idNumbers": ["${id}"`)).toMatchObject({ status: 400 });
    expect(await hub.api(`/v1/persons/${id}?idNumber=${id}&phone=${phone}`, { token })).toMatchObject({ status: 404 });
    expect(await hub.cli('person', 'get', '--id-number', id, '--provenance', '--json')).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    expect(await hub.cli('person', 'get', '--id-number', ASKED)).toMatchObject({ code: 1 });
    expect(await hub.cli('person', 'get', '--id-number', id.slice(0, 17))).toMatchObject({ code: 2 });
  }

  /** What every table holds, as text: whatever the store's files hold compressed. */
  async function searchTables(): Promise<Found[]> {
    const clear = new ClearNumbers(numbers);
    const relations = await hub.rows(`select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace where relkind = 'r' and nspname not in ('pg_catalog', 'information_schema')`);
    expect(relations.length).toBeGreaterThan(60);
    const found: Found[] = [];
    for (const { name } of relations) {
      const rows = await hub.rows(`select t::text as row from ${name} t`);
      found.push(...clear.search(Buffer.from(rows.map(({ row }) => row).join('\n')), name!));
    }
    return found;
  }

  it('are delivered, rejected, held and refused', () => {
    expect(states).toMatchObject({ published: expect.any(Number), held: expect.any(Number), refused: 2 });
  });

  it('are in no file of the hub, byte for byte: store, write-ahead log, Redis, logs, deliveries', () => {
    const { found, files, bytes } = new ClearNumbers(numbers).searchFolder(hub.data);
    expect(found.slice(0, 20)).toEqual([]);
    for (const part of [/^postgres\/.*base\//, /pg_wal\/[0-9A-F]{24}$/, /^redis\/.*\.(aof|rdb)$/, /^logs\/.*\.log$/, /^deliveries\/.*\.sealed$/]) expect([part, files.some((file) => part.test(file))]).toEqual([part, true]);
    expect(bytes).toBeGreaterThan(50 << 20);
  });

  it('are in no table', () => {
    expect(tables.slice(0, 20)).toEqual([]);
  });

  it('are there as tokens, and what is no number is there in the clear: the search reaches the rows', () => {
    const token = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
    const { id, phone } = PLANTED[0]!;
    const { found } = new ClearNumbers([
      ...formsOfText('name', NAME), { of: 'document', form: 'token', bytes: token(documentToken(hub.keys, '111', id)!) }, { of: 'phone', form: 'token', bytes: token(phoneToken(hub.keys, phone)!) },
    ]).searchFolder(join(hub.data, 'postgres'));
    for (const kind of ['name', 'document', 'phone']) {
      expect([kind, found.some((one) => one.of === kind && one.file.includes('base/')), found.some((one) => one.of === kind && one.file.includes('pg_wal/'))]).toEqual([kind, true, true]);
    }
  });

  it('would be found in every form, wherever a file is cut', () => {
    const scratch = join(folder, 'scratch');
    mkdirSync(scratch);
    const [planted, piece] = [[...formsOfId(ASKED), ...formsOfPhone(PLANTED[0]!.phone)], 4096];
    planted.forEach(({ bytes }, n) => writeFileSync(join(scratch, `${n}`), Buffer.concat([Buffer.alloc(piece - 1 - (n % 8), 7), bytes, Buffer.alloc(100)])));
    const { found } = new ClearNumbers(numbers).searchFolder(scratch, piece);
    const all = new Set(found.map(({ of, form, file, at }) => `${of} ${form} ${file} ${at}`));
    expect(planted.filter(({ of, form }, n) => !all.has(`${of} ${form} ${n} ${piece - 1 - (n % 8)}`))).toEqual([]);
    expect(planted.length).toBeGreaterThan(30);
  });
});
