import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SITUATIONS } from './situations.js';
import { SECRET, Stage, type Seen } from './stage.js';
import { startSuppliers, type Suppliers } from './suppliers.js';

const ROOT = join(import.meta.dirname, '../..');
const LIST = join(ROOT, 'docs/bad-situations.md');
const chinese = /[\u4e00-\u9fff]/;

/**
 * What goes wrong between a department and the hub, each met for real. The list in docs holds what an officer reads then,
 * word for word; `HUSHU_WRITE_LISTS=on node scripts/test.mjs bad-situations` writes it anew.
 */
describe('each bad situation ends with a state, a cause and a cure', () => {
  let stage: Stage, suppliers: Suppliers;
  const rows: (string | undefined)[] = [];

  beforeAll(async () => {
    stage = await Stage.open();
    suppliers = await startSuppliers(stage);
  });
  afterAll(async () => {
    await suppliers?.stop();
    await stage?.close();
  });
  beforeEach(() => stage.clear());

  it.each(SITUATIONS.map((situation, at) => ({ at, title: situation.name.en, situation })))('$title', async ({ at, situation }) => {
    const meeting = situation.meet(stage, suppliers);
    if (meeting === undefined) return void process.stderr.write(`skipped: this machine has no server for "${situation.name.en}"\n`);
    const seen = await meeting;
    for (const { zh, en } of [seen.text, seen.hint]) {
      expect(zh).toMatch(chinese);
      expect(en).toMatch(/[A-Za-z]{3}/);
    }
    expect(seen.rule).toMatch(/^[a-z]+(-[a-z]+)+$|^HUSHU-[A-Z]+-\d\d$/);
    expect(JSON.stringify(seen)).not.toMatch(new RegExp(`${SECRET}|370399\\d{11}|张三|甘读书|undefined|\\[object`));
    rows[at] = rowOf(at, seen);
  });

  it('reads as the list says', () => {
    if (process.env['HUSHU_WRITE_LISTS'] === 'on') writeFileSync(LIST, readFileSync(LIST, 'utf8').replace(/\| 1 \|[^]*$/, `${rows.join('\n')}\n`));
    const listed = readFileSync(LIST, 'utf8').split('\n').filter((line) => /^\| \d/.test(line));
    expect(listed).toHaveLength(SITUATIONS.length);
    expect(SITUATIONS.length).toBeGreaterThanOrEqual(20);
    // A server this machine lacks leaves its line to a machine that has it.
    for (const [at, row] of rows.entries()) if (row !== undefined) expect(listed[at]).toBe(row);
    for (const { closer } of SITUATIONS) expect([closer, existsSync(join(ROOT, closer))]).toEqual([closer, true]);
  });

  function rowOf(at: number, { state, rule, text, hint }: Seen): string {
    const { name, closer } = SITUATIONS[at]!;
    const cells = [String(at + 1), `${name.zh}<br>${name.en}`, `${state}<br>\`${rule}\``, `${text.zh}<br>${text.en}`, `${hint.zh}<br>${hint.en}`, `\`${closer}\``];
    return `| ${cells.map((cell) => steady(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  }

  /** Without what is another at each start: ports, folders, the time. */
  function steady(text: string): string {
    let said = text;
    for (const [word, instead] of suppliers.words()) said = said.replaceAll(word, instead);
    const today = (time: string): boolean => Math.abs(Date.parse(time) - Date.now()) < 3_600_000;
    return said.replaceAll(stage.drop, '/drop').replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:8000')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (time) => (today(time) ? '2026-06-01T08:00:00.000Z' : time));
  }
});
