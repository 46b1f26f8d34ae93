import type { Block } from '../people/block.js';
import type { Person, Union } from '../people/person.js';

export type Operation = 'add' | 'change' | 'remove';

export interface Changed<R> { record: R; operation: Operation }

/** What happens to people, as departments come to hear of it. */
export type LifeEvent =
  | { kind: 'born' | 'birth-certified' | 'registered' | 'health-opened' | 'health-visited' | 'school-changed' | 'enrolled' }
  | { kind: 'died' | 'death-certified' | 'death-registered' }
  | { kind: 'married' | 'divorced'; union: Union }
  | { kind: 'entry-changed' | 'moved-in' | 'moved-out' | 'rehomed' }
  | { kind: 'arrived' | 'guest-registered' | 'guest-checked' | 'left' }
  | { kind: 'identity-changed' | 'phone-changed' };

/**
 * One supplier's register of one block: what it holds, and how each of the contract's columns is told of a record.
 * Cells give hub codes where the column is a code; the supplier's own are put in afterwards.
 */
export interface FeedSource<R = unknown> {
  feed: string;
  /** full: whole files on a schedule · delta: changes only, the first carries everything · full-delta: one whole file, then changes */
  manner: 'full' | 'delta' | 'full-delta';
  cells: Record<string, (record: R, moment: Moment) => string>;
  /** Builds the register of a block as of day 0. Draws nothing from the block's own random stream. */
  begin(block: Block): void;
  /** Everything a full delivery of the day holds, in the supplier's order. */
  records(moment: Moment): Iterable<R>;
  /** What changed since the last delivery; forgets it. */
  changes(): Changed<R>[];
  /** What happened to a person on a day. */
  on(event: LifeEvent, person: Person, day: number): void;
  /** Of whom a record speaks, by the contract's roles. */
  roles(record: R): readonly (readonly [role: string, person: Person])[];
  /** Changes whenever the record does, never otherwise: planted errors stay where they are. */
  identity(record: R): number;
}

/** When and how a row is written. */
export interface Moment {
  /** asOf of the delivery; all it says happened before. */
  day: number;
  operation: Operation;
}

/** What changed, last word first; an addition that changes is still an addition. */
export class ChangeList<R> {
  private readonly changed = new Map<R, Operation>();

  note(record: R, operation: Operation): void {
    const before = this.changed.get(record);
    if (before === 'add' && operation === 'change') return;
    this.changed.set(record, operation);
  }

  take(): Changed<R>[] {
    const changes = [...this.changed].map(([record, operation]) => ({ record, operation }));
    this.changed.clear();
    return changes;
  }

  clear(): void {
    this.changed.clear();
  }
}
