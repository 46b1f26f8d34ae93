import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';

/**
 * How long a feed's deliveries are kept, in the file's words (`5 years`, `18 months`, `90 days`, `all`), and what becomes
 * of those the rows of today rest on: the newest full delivery that rejected nothing and all behind it in time are
 * kept whatever their age (`keep`), or go as the others do (`remove`).
 */
export interface Retention { keep: string; needed: 'keep' | 'remove' }

/** What a district says in `settings/retention.yaml`. */
export interface RetentionSettings { all: Retention; feeds: Record<string, Retention> }

const KEEP = /^(?:all|([1-9]\d{0,3}) (day|month|year)s?)$/;
const DEFAULT: Retention = { keep: 'all', needed: 'keep' };

export function retentionOf(settings: RetentionSettings, feed: string): Retention {
  return settings.feeds[feed] ?? settings.all;
}

/** Before when a delivery must have been taken in to be kept no longer; null: all are kept. */
export function keptSince({ keep }: Retention, now: Date): Date | null {
  const [, many, unit] = KEEP.exec(keep)!;
  return many === undefined ? null : moved(now, -Number(many), unit!);
}

/** Until when a delivery is kept; null: for ever. */
export function keptUntil({ keep }: Retention, takenIn: Date): Date | null {
  const [, many, unit] = KEEP.exec(keep)!;
  return many === undefined ? null : moved(takenIn, Number(many), unit!);
}

/** By the calendar; of a day the month does not have, its last. */
function moved(time: Date, by: number, unit: string): Date {
  const at = new Date(time);
  if (unit === 'day') {
    at.setUTCDate(at.getUTCDate() + by);
    return at;
  }
  const day = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + by * (unit === 'year' ? 12 : 1));
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  at.setUTCDate(Math.min(day, last));
  return at;
}

/** Reads a district's folder; where there is no such file all is kept. `feeds`: those there are, where the caller knows. Throws HUSHU-STAGING-31 with every fault and its line. */
export function readRetentionSettings(folder: string, feeds?: readonly string[]): RetentionSettings {
  const path = join(folder, 'settings', 'retention.yaml');
  if (!existsSync(path)) return { all: DEFAULT, feeds: {} };
  const reader = new RetentionReader(readFileSync(path, 'utf8'), feeds);
  const settings = reader.read();
  reader.faults.sort((a, b) => a.line - b.line);
  if (reader.faults.length === 0) return settings;
  throw new HubError({
    code: 'HUSHU-STAGING-31', zh: `留存期限设置有误:\n${reader.faults.map(({ line, zh }) => `${path}:${line} ${zh}`).join('\n')}`,
    en: `The settings of retention are wrong:\n${reader.faults.map(({ line, en }) => `${path}:${line} ${en}`).join('\n')}`,
    hintZh: '例如 deliveries: { keep: 5 years }', hintEn: 'Such as deliveries: { keep: 5 years }', details: { faults: reader.faults.map(({ line }) => line) },
  });
}

class RetentionReader {
  readonly faults: { line: number; zh: string; en: string }[] = [];
  private readonly lines = new LineCounter();
  private readonly document;

  constructor(text: string, private readonly known?: readonly string[]) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true, prettyErrors: false });
    for (const error of this.document.errors) this.fault(error.pos[0], `YAML 语法错误:${error.message}`, `YAML: ${error.message}`);
  }

  read(): RetentionSettings {
    const settings: RetentionSettings = { all: DEFAULT, feeds: {} };
    if (this.faults.length > 0 || this.document.contents === null) return settings;
    const root = this.map(this.document.contents, '', ['deliveries']);
    const deliveries = root?.has('deliveries') ? this.map(root.get('deliveries', true), 'deliveries', ['keep', 'needed', 'feeds']) : null;
    if (!deliveries) return settings;
    settings.all = this.retention(deliveries, 'deliveries', DEFAULT);
    const feeds = deliveries.has('feeds') ? this.map(deliveries.get('feeds', true), 'deliveries.feeds', this.known) : null;
    for (const { key } of feeds?.items ?? []) {
      const feed = String(isScalar(key) ? key.value : key);
      const own = this.map(feeds!.get(feed, true), `deliveries.feeds.${feed}`, ['keep', 'needed']);
      if (own) settings.feeds[feed] = this.retention(own, `deliveries.feeds.${feed}`, settings.all);
    }
    return settings;
  }

  private retention(map: YAMLMap, at: string, other: Retention): Retention {
    const keep = this.word(map, 'keep', at, (word) => KEEP.test(word), 'all，或如 5 years、18 months、90 days', 'all, or such as 5 years, 18 months, 90 days') ?? other.keep;
    const needed = this.word(map, 'needed', at, (word) => word === 'keep' || word === 'remove', 'keep 或 remove', 'keep or remove') ?? other.needed;
    return { keep, needed: needed as Retention['needed'] };
  }

  private word(map: YAMLMap, key: string, at: string, fits: (word: string) => boolean, zh: string, en: string): string | undefined {
    const node = map.get(key, true) as { value?: unknown; range?: [number] } | undefined;
    if (node === undefined) return undefined;
    if (isScalar(node) && typeof node.value === 'string' && fits(node.value)) return node.value;
    this.fault(node.range?.[0], `${at}.${key}:应为 ${zh}`, `${at}.${key}: must be ${en}`);
    return undefined;
  }

  private map(node: unknown, at: string, allowed?: readonly string[]): YAMLMap | null {
    if (!isMap(node)) {
      this.fault((node as { range?: [number] } | null)?.range?.[0], `${at} 应为键值`, `${at === '' ? 'the file' : at} must be a map`);
      return null;
    }
    for (const { key } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      const path = at === '' ? name : `${at}.${name}`;
      if (allowed?.includes(name) === false) this.fault((key as { range?: [number] }).range?.[0], `${path}:没有这个${at.endsWith('feeds') ? '数据源' : '键'}`, `${path}: there is no such ${at.endsWith('feeds') ? 'feed' : 'key'}`);
    }
    return node;
  }

  private fault(offset: number | undefined, zh: string, en: string): void {
    this.faults.push({ line: offset === undefined ? 1 : this.lines.linePos(offset).line, zh, en });
  }
}
