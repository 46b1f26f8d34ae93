import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { readContracts } from '#feeds';
import { parseIsoDate } from './calendar/days.js';
import { Dirt, soundEntry, SHARED_NUMBERS, type DirtLevel } from './dirt/dirt.js';
import type { FeedSource } from './feed/feed-source.js';
import { Registers } from './feed/sources.js';
import { SupplierSheet } from './feed/supplier-sheet.js';
import { type DeliveredFeed, DeliveryFile } from './file/delivery-file.js';
import { BLOCK_PEOPLE, type World } from './people/block.js';
import type { Person } from './people/person.js';
import { populate } from './people/populate.js';
import { Gazetteer } from './place/address.js';
import { readTerritory } from './place/territory.js';
import { FEED_ORDER, manifestOf, planDeliveries, type PlannedDelivery } from './plan.js';
import { seedOf } from './random/rng.js';
import { Story } from './story/story.js';
import { findContradictions } from './truth/findings.js';
import { Truth } from './truth/truth.js';

export interface SimulateOptions {
  /** Living people who are registered here, live here, or both, on day 0. */
  people: number;
  seed: string;
  /** Output folder; made when it is not there. */
  out: string;
  /** The district's config folder. */
  config: string;
  /** Days after day 0 whose deliveries are written too. */
  days?: number;
  /** Errors planted; `default` when missing. */
  dirt?: DirtLevel;
  /** All twelve when missing. */
  feeds?: readonly string[];
  /** Last day of the story, YYYY-MM-DD. */
  until?: string;
  /** false: deliveries and manifest only, for measuring. */
  truth?: boolean;
  /** Called now and then with the share done, 0..1. */
  progress?: (share: number) => void;
}

export interface SimulateReport {
  people: number;
  deliveries: number;
  /** Rows written, by feed. */
  rows: Record<string, number>;
  errors: number;
  links: number;
}

/** The story ends here unless told otherwise: fixed, so that the same arguments give the same bytes on any day. */
export const DEFAULT_UNTIL = '2026-11-20';

/** Bytes all open deliveries may gather together. */
const BUFFERS = 1 << 26;

/**
 * Writes a district's deliveries and the truth about them. Every block of some four hundred people is made, lived
 * through and written out before the next begins, so memory does not grow with the population.
 * @throws HubError HUSHU-POPULATION-01 … -04
 */
export async function simulate(options: SimulateOptions): Promise<SimulateReport> {
  const until = parseIsoDate(options.until ?? DEFAULT_UNTIL);
  const days = options.days ?? 0;
  if (until === null || !Number.isInteger(days) || days < 0 || !Number.isInteger(options.people) || options.people < 1) {
    throw new HubError({
      code: 'HUSHU-POPULATION-03',
      zh: '人数须为正整数，天数须为非负整数，截止日期须为 YYYY-MM-DD。',
      en: 'People must be a whole number above 0, days a whole number, until a date YYYY-MM-DD.',
      retry: false,
    });
  }
  const seed = seedOf(options.seed);
  const blocks = Math.max(1, Math.round(options.people / BLOCK_PEOPLE));
  const territory = readTerritory(options.config, blocks, seed);
  const world: World = { seed, people: options.people, blocks, territory, gazetteer: new Gazetteer(territory, seed), start: until - days, until, sharedNumbers: SHARED_NUMBERS[options.dirt ?? 'default'] };

  const registers = new Registers();
  const sheets = await readSheets(options, registers.all);
  const contracts = sheets.map((sheet) => sheet.contract);
  const plan = planDeliveries(contracts, new Map(registers.all.map((s) => [s.feed, s.manner])), world.start, until);

  clear(options.out);
  const truth = new Truth(options.out, options.truth ?? true);
  const level = options.dirt ?? 'default';
  const isSound = soundEntry(level, seed, 'household-registration');
  const isRegistered = (p: Person): boolean => p.registration?.status === '1' && !p.numberShared && isSound(registers.households.identity(p));
  const feeds = new Map(sheets.map((sheet): [string, DeliveredFeed] => [sheet.contract.feed, {
    sheet,
    dirt: level === 'none' ? null : new Dirt(level, seed, sheet, isRegistered),
    seen: plan.filter((d) => d.feed === sheet.contract.feed).length > 1 ? new Set() : null,
  }]));
  const piece = Math.max(1 << 13, Math.min(1 << 18, Math.floor(BUFFERS / plan.length)));
  const files = new Map(plan.map((delivery) => [delivery, new DeliveryFile(options.out, delivery, feeds.get(delivery.feed)!, truth, piece)]));
  const byDay = daysOf(plan, days);

  for (let index = 0; index < blocks; index++) {
    const block = populate(world, index);
    for (const sheet of sheets) sheet.source.begin(block);
    const story = new Story(block, registers, truth);
    for (let day = 0; day <= days; day++) {
      if (day > 0) story.live(day);
      for (const delivery of byDay[day]) files.get(delivery)!.write();
    }
    findContradictions(block, registers, truth);
    truth.block(block);
    for (const { seen } of feeds.values()) seen?.clear();
    if (index % 16 === 0) {
      options.progress?.(index / blocks);
      // Let a progress bar, and whoever else waits, have a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const rows: Record<string, number> = {};
  const delivered = plan.filter((delivery) => files.get(delivery)!.rows > 0);
  for (const [delivery, file] of files) {
    file.close();
    rows[delivery.feed] = (rows[delivery.feed] ?? 0) + file.rows;
  }
  truth.close();
  writeFileSync(join(options.out, 'manifest.json'), manifestOf(delivered));
  options.progress?.(1);
  return { people: options.people, deliveries: delivered.length, rows, errors: truth.counts.errors, links: truth.counts.links };
}

/** What an earlier district left in the folder goes; anything else that lies there stays. */
function clear(out: string): void {
  mkdirSync(out, { recursive: true });
  if (!existsSync(join(out, 'manifest.json'))) return;
  for (const name of ['manifest.json', 'deliveries', 'truth']) rmSync(join(out, name), { recursive: true, force: true });
}

async function readSheets(options: SimulateOptions, sources: FeedSource[]): Promise<SupplierSheet[]> {
  const wanted = options.feeds ?? FEED_ORDER;
  const unknown = wanted.filter((feed) => !sources.some((s) => s.feed === feed));
  if (unknown.length > 0) {
    throw new HubError({
      code: 'HUSHU-POPULATION-04',
      zh: `模拟器没有这些数据源：${unknown.join('、')}。可选：${FEED_ORDER.join('、')}。`,
      en: `The simulator has no such feed: ${unknown.join(', ')}. There are: ${FEED_ORDER.join(', ')}.`,
      retry: false,
    });
  }
  const { contracts, codes, faults } = await readContracts(options.config);
  return wanted.map((feed) => {
    const contract = contracts.find((c) => c.feed === feed);
    const source = sources.find((s) => s.feed === feed)!;
    if (contract) return new SupplierSheet(contract, codes.get(feed) ?? new Map(), source);
    throw new HubError({
      code: 'HUSHU-POPULATION-05',
      zh: `${options.config} 中没有可用的数据源契约 ${feed}。`,
      en: `${options.config} has no sound contract for the feed ${feed}.`,
      hintZh: '运行 hushu feed check 查看契约的错误。',
      hintEn: 'Run hushu feed check to see what is wrong with it.',
      details: { faults },
      retry: false,
    });
  });
}

function daysOf(plan: readonly PlannedDelivery[], days: number): PlannedDelivery[][] {
  const byDay: PlannedDelivery[][] = Array.from({ length: days + 1 }, () => []);
  for (const delivery of plan) byDay[delivery.day].push(delivery);
  return byDay;
}
