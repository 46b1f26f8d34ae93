import { bindNames, columnReading, type FeedContract, type FieldContract, type SourceColumns } from '#feeds';
import type { DriftLook, Sighting } from '#runs';
import { columnLikeness, pairUp, shownName } from './likeness.js';

/**
 * What the columns of a source that keeps a catalogue of its own show, whatever is delivered from it: which are new,
 * missing, renamed, and which are of a type the contract's can never be read from. A table with less than a third of
 * the columns that are read is another table, and nothing of it is told.
 */
export function sourceLook(contract: FeedContract, { found, called }: SourceColumns): DriftLook {
  const reading = columnReading(contract);
  const header = found.map(({ name, column }) => column ?? name);
  const { places, missing, unknown } = bindNames(contract.fields.map(({ column }) => column), reading, header);
  if (places.size * 3 < places.size + missing.length) return { sightings: [], judged: [], contractVersion: contract.version };
  const of = (column: string): FieldContract => contract.fields.find((field) => field.column === column)!;
  const there = (name: string): number => header.indexOf(name);
  const told = (column: string): Record<string, unknown> => {
    const { type, required } = of(column);
    const source = called.get(column);
    return { type, required, ...(source !== undefined && source !== column && { source }) };
  };
  const pairs = pairUp(unknown.length, missing.length, (u, m) => {
    const [delivered, field] = [unknown[u]!, of(missing[m]!)];
    return found[there(delivered)]!.fits(field.type) ? columnLikeness(header, delivered, contract, field, { content: 0.5, calledBefore: called.get(field.column) }) : 0;
  });
  const mistyped = [...places].filter(([column, at]) => !found[at]!.fits(of(column).type)).map(([column]) => column);
  return {
    sightings: [
      ...pairs.map(({ u, m, likeness }): Sighting => ({
        kind: 'column-renamed', field: missing[m]!, subject: shownName(header, unknown[u]!), rows: null,
        detail: { likeness: Math.round(likeness * 100) / 100, position: there(unknown[u]!) + 1, ...told(missing[m]!) },
      })),
      ...missing.filter((_, m) => !pairs.some((pair) => pair.m === m)).map((column): Sighting => ({ kind: 'column-missing', field: column, subject: '', rows: null, detail: told(column) })),
      ...unknown.filter((_, u) => !pairs.some((pair) => pair.u === u)).map((column): Sighting => ({
        kind: 'column-new', field: shownName(header, column), subject: '', rows: null, detail: { position: there(column) + 1 },
      })),
      ...mistyped.map((column): Sighting => ({ kind: 'column-retyped', field: column, subject: '', rows: null, detail: told(column) })),
    ],
    contractVersion: contract.version,
    // What a column holds is judged by the deliveries: a catalogue that allows its type says no more.
    judged: ['column-new' as const, 'column-missing' as const, 'column-renamed' as const].map((kind) => ({ kind, field: null })),
  };
}
