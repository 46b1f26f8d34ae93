import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FetchLedger, Ledger } from '#runs';
import { insuredFile, insuredRows, MEDICAL } from '../support/deliveries.js';
import { FaultGround } from './fault-ground.js';
import type { FaultHub } from './fault-hub.js';

/** A worker fetches from a folder by itself; killed while it does, the delivery is taken once, and nothing else is left. */
describe('fetching by a running worker', () => {
  let folder: string, drop: string, ground: FaultGround, hub: FaultHub;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hushu-fetching-'));
    drop = join(folder, 'drop');
    mkdirSync(drop);
    const config = join(folder, 'config');
    cpSync(join(import.meta.dirname, '../../config'), config, { recursive: true });
    const contract = join(config, 'feeds', MEDICAL, 'feed.yaml');
    writeFileSync(contract, readFileSync(contract, 'utf8').replace('{ kind: file }', `{ kind: folder, folder: ${drop}, done: move }`));
    ground = await FaultGround.open(config);
    hub = await ground.hub();
  });
  afterAll(async () => {
    await ground?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function lay(name: string, rows: string[][]): void {
    const bytes = insuredFile(rows);
    writeFileSync(join(drop, name), bytes);
    writeFileSync(join(drop, `${name}.manifest.json`), JSON.stringify({ file: name, rows: rows.length, sm3: createHash('sm3').update(bytes).digest('hex') }));
  }
  async function published(count: number): Promise<void> {
    for (const end = Date.now() + 60_000; (await hub.admin.query(`select from runs.run where state = 'published'`)).rowCount! < count;) {
      if (Date.now() > end) throw new Error(`${count} runs were not published within 60 s:\n${hub.workers.at(-1)?.said.slice(-4000)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
    await hub.settled();
  }
  const runs = async (): Promise<object[]> => (await hub.admin.query('select id, file_name, state, rows_read::int, rows_added::int, rows_changed::int from runs.run order by id')).rows;

  it('takes a delivery once, killed where it was spooled and while it was accepted', async () => {
    lay('yb.20250601.csv', insuredRows(30));
    for (const point of ['fetch.spooled', 'fetch.accepting']) await hub.start({ HUSHU_KILL_AT: point }).killed(point);
    hub.start();
    await published(1);
    expect(await runs()).toEqual([{ id: expect.any(Number), file_name: 'yb.20250601.csv', state: 'published', rows_read: 30, rows_added: 30, rows_changed: 0 }]);
    expect(hub.keptFiles()).toEqual([expect.stringMatching(/^medical-insurance\/fetch-\d+-1\.sealed$/)]);
  });

  it('publishes what is laid into the folder when somebody asks', async () => {
    lay('yb.20250602.csv', insuredRows(31));
    await new FetchLedger(hub.database, new Ledger(hub.database, { now: () => new Date() })).ask(MEDICAL);
    await published(2);
    expect((await runs())[1]).toMatchObject({ file_name: 'yb.20250602.csv', state: 'published', rows_read: 31, rows_added: 1, rows_changed: 0 });
    expect(readdirSync(drop)).toEqual(['done']);
    expect(readdirSync(join(drop, 'done')).filter((name) => !name.endsWith('.json')).map((name) => name.replace(/^[^-]*-[^-]*-/, ''))).toEqual(['yb.20250601.csv', 'yb.20250602.csv']);
    expect(await hub.brokenInvariants()).toEqual([]);
  });
});
