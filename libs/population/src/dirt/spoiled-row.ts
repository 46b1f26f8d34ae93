import type { FeedContract, FieldContract, RoleContract } from '#feeds';
import { gb18030Length } from '#feeds';
import type { Person } from '../people/person.js';
import { mix } from '../random/rng.js';

/** What an error does: the column it stands in, and the rule it must cause ('' where it must cause none). */
export interface Planted { field: string; rule: string }

/** A row in a spoiler's hands. */
export class SpoiledRow {
  /** Values in the contract's order. */
  values: string[] = [];
  /** Of whom the row speaks. */
  roles: readonly (readonly [role: string, person: Person])[] = [];
  private seed = 0;

  constructor(
    readonly sheet: SheetFacts,
    /** Whether a person is in the register, with an entry nothing was planted in. */
    readonly isRegistered: (person: Person) => boolean,
  ) {}

  take(values: string[], roles: SpoiledRow['roles'], seed: number): void {
    this.values = values;
    this.roles = roles;
    this.seed = seed;
  }

  /** 0 <= x < n, the same each time the record is written. */
  draw(n: number, salt: number): number {
    return mix(this.seed, salt, 17) % n;
  }

  /** One of the fields that hold something, outside the key; null when there is none. */
  field(salt: number, fits: (field: FieldContract, value: string) => boolean): { at: number; field: FieldContract } | null {
    const { fields } = this.sheet;
    const from = this.draw(fields.length, salt);
    for (let i = 0; i < fields.length; i++) {
      const at = (from + i) % fields.length;
      if (this.values[at] === '' || this.sheet.isKey[at] || !fits(fields[at], this.values[at])) continue;
      return { at, field: fields[at] };
    }
    return null;
  }

  /** Puts a value in, unless the supplier's column is too narrow for it. */
  put(at: number, value: string): boolean {
    if (!this.fits(at, value)) return false;
    this.values[at] = value;
    return true;
  }

  fits(at: number, value: string): boolean {
    const width = this.sheet.widths?.[at];
    return width === undefined || gb18030Length(value) <= width;
  }

  person(role: string): Person | null {
    return this.roles.find(([name]) => name === role)?.[1] ?? null;
  }
}

/** A contract as spoilers look at it. */
export class SheetFacts {
  readonly fields: FieldContract[];
  readonly isKey: boolean[];
  readonly widths?: number[];

  /** @param word the supplier's word for a hub code of a column, or null */
  constructor(
    readonly contract: FeedContract,
    readonly word: (at: number, hub: string) => string | null,
  ) {
    this.fields = contract.fields;
    this.isKey = contract.fields.map((field) => contract.key.includes(field.column));
    if (contract.format.kind === 'fixed-width') this.widths = contract.format.widths;
  }

  at(column: string | undefined): number {
    return column === undefined ? -1 : this.fields.findIndex((field) => field.column === column);
  }

  /** Whether `kind` columns can say that there is no document. */
  kindColumnOf(role: RoleContract): number {
    const document = this.fields[this.at(role.document)];
    return document?.kind !== undefined && 'column' in document.kind ? this.at(document.kind.column) : -1;
  }
}

/** One way to go wrong. `spoil` changes the row and says what it did, or leaves it and gives null. */
export interface Spoiler {
  kind: string;
  /** How often, beside the others. */
  weight: number;
  /** duplicate, contested: a second row follows; broken: the line itself is out of shape. */
  manner?: 'duplicate' | 'contested' | 'broken';
  spoil(row: SpoiledRow): Planted | null;
}
