import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { FeedCatalogue, fileSource, formatOf, latestDateOf } from '#feeds';
import { simulate, type SimulateOptions } from './simulate.js';

export const CONFIG = join(import.meta.dirname, '../../../config');

export interface ManifestLine { day: number; asOf: string; feed: string; file: string; mode: 'full' | 'delta' }

/** A district written to a folder of its own. */
export async function district(options: Partial<SimulateOptions>): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), 'hushu-population-'));
  await simulate({ people: 1500, seed: 'spec', out, config: CONFIG, ...options });
  return out;
}

export const manifestIn = (out: string): ManifestLine[] => JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as ManifestLine[];

/** A truth file's rows; none of them needs quotes but errors' fields never hold any. */
export function truthIn(out: string, name: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(join(out, 'truth', name), 'utf8').trimEnd().split('\n');
  const columns = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i], cell])));
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile()).map((path) => relative(folder, path)).sort();
}

export interface ReadRow {
  /** 1-based. */
  row: number;
  /** By column; empty when the line could not be split. */
  cells: Record<string, string>;
  rejected: string[];
}

/** Reads a delivery as the hub does: the product's own formats and row checks. */
export async function readDelivery(catalogue: FeedCatalogue, out: string, line: ManifestLine): Promise<{ rows: ReadRow[]; warnings: ReadonlyMap<string, number> }> {
  const contract = catalogue.get(line.feed);
  const reader = catalogue.rowReader(contract, latestDateOf(new Date(line.asOf)));
  const words = contract.operation && [contract.operation.add, contract.operation.change, contract.operation.remove];
  const rows: ReadRow[] = [];
  let columns: string[] = [];
  await formatOf(contract.format, contract.fields.map((field) => field.column)).read(await fileSource(join(out, line.file)), {
    header(names) {
      columns = names;
      const { missing, unknown } = reader.bind(names);
      if (missing.length + unknown.length > 0) throw new Error(`${line.file}: ${[...missing, ...unknown].join()}`);
    },
    row(bytes, starts, ends, cells) {
      const sound = reader.read(bytes, starts, ends, cells);
      const rejected = reader.faults.map((fault) => fault.rule);
      if (sound && words && !words.includes(reader.operation() ?? '')) rejected.push('operation-unknown');
      const values: Record<string, string> = {};
      for (let i = 0; i < Math.min(cells, columns.length); i++) values[columns[i]] = bytes.toString('utf8', starts[i], ends[i]).trim();
      rows.push({ row: rows.length + 1, cells: values, rejected });
    },
    bad(rule) {
      rows.push({ row: rows.length + 1, cells: {}, rejected: [rule] });
    },
    drain: async () => {},
  });
  return { rows, warnings: reader.warnings };
}

export const keyOf = (contract: { key: string[] }, cells: Record<string, string>): string => contract.key.map((column) => cells[column]).join('|');
