import { foldName, normaliseAddress, type AddressPlaces } from '#kernel';
import { columnReading, type ColumnReading } from '../contract/amendment.js';
import type { FeedContract } from '../contract/contract.js';
import { readDocument } from '../types/document.js';
import { Tally, type ColumnTally } from './column-tally.js';
import { payloadFields } from './columns.js';
import { bindColumns } from './bind-columns.js';
import type { CopyWriter } from './copy-writer.js';
import { RowHash } from './row-hash.js';
import { compileFields, compileRoles, indexes, placesOf, type Field, type Role, type RowContext, WARNINGS } from './row-plan.js';
import { foldsToItself } from './self-folding.js';
import { Slots } from './slots.js';
import { trimEnd, trimStart } from './trim.js';
import type { TokenBatch } from './token-batch.js';

/** One thing wrong with a row. */
export interface RowFault { rule: string; column: string | null }

/**
 * Reads the rows of one feed: cells in, faults or COPY BINARY tuples out. Compiled once a delivery from the
 * contract; everything it needs for a row is allocated beforehand.
 */
export class RowReader {
  /** What was wrong with the row read last; rejects first row-wide, then by field. */
  readonly faults: RowFault[] = [];
  /** Warnings so far, `column:rule` → rows. */
  readonly warnings = new Map<string, number>();
  /** A check that says block was broken: the delivery must be held. */
  blocked: RowFault | null = null;
  /** The normalised source key of the row read last. */
  key = Buffer.alloc(512);
  keyLength = 0;
  /** Cells a row of the delivery has. */
  cells = 0;

  private readonly latest = { date: 99991231 };
  private readonly fields: Field[];
  private readonly reading: ColumnReading;
  private readonly tally: Tally;
  private order: number[] = [];
  private documents: number[] = [];
  private readonly roles: Role[];
  private readonly payload: number[];
  private readonly keyFields: number[];
  private readonly slots: Slots;
  private readonly columns: number;
  private readonly operationField: number;
  private readonly stampField: number;
  private readonly compareBirthDate: boolean;
  private readonly compareSex: boolean;
  private readonly addressHash = new RowHash(Buffer.from('address!'));
  private readonly places: AddressPlaces;
  private warn = 0;
  /** Bytes of the row's values. */
  private span = 0;
  private row: Buffer = Buffer.alloc(0);

  constructor(private readonly contract: FeedContract, context: RowContext, latestDate: number) {
    this.latest.date = latestDate;
    this.places = context.places;
    const at = placesOf(contract);
    this.fields = compileFields(contract, context, this.latest);
    this.reading = columnReading(contract);
    this.tally = new Tally(this.fields);
    this.roles = compileRoles(contract);
    this.payload = payloadFields(contract).map((field) => at(field.column));
    this.keyFields = contract.key.map((column) => at(column));
    this.slots = new Slots(contract.fields.length);
    this.operationField = at(contract.operation?.field);
    this.stampField = at(contract.stamp);
    this.columns = contract.roles.length > 0 ? 3 + 5 + 11 + this.payload.length : 1 + 5 + 1 + this.payload.length;
    this.compareBirthDate = contract.checks.some((c) => c.rule === 'birth-date-differs');
    this.compareSex = contract.checks.some((c) => c.rule === 'sex-differs');
  }

  /** Finds each field's cell in the delivery's own column order, by what was amended. @returns columns that are missing or unknown */
  bind(header: string[]): { missing: string[]; unknown: string[] } {
    const { missing, unknown, cells } = bindColumns(this.fields, this.reading, header);
    this.cells = cells;
    this.documents = indexes(this.fields, (f) => f.facts !== null && f.cell >= 0);
    this.order = indexes(this.fields, (f) => f.facts === null && f.cell >= 0);
    return { missing, unknown };
  }

  /** What values were like in the rows read so far, by column. */
  columnTallies(): ColumnTally[] {
    return this.tally.columns();
  }

  /** Whether a value could stand in a column, by the column's type alone; for guessing which column a delivery renamed. */
  couldHold(column: string, bytes: Buffer, start: number, end: number): boolean {
    const i = this.fields.findIndex((field) => field.contract.column === column);
    const field = this.fields[i];
    if (field === undefined) return false;
    this.slots.clear();
    const rule = field.facts === null ? field.codec.read(bytes, start, end, this.slots, i)
      : readDocument(field.fixedKind === '' ? '111' : field.fixedKind, bytes, start, end, this.slots, i, field.facts);
    this.slots.clear();
    return rule === null;
  }

  /** Takes the source key's cells, folded; @returns false when one is empty or lacking, or the key is too long to be sealed. */
  readKey(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number): boolean {
    let o = 0;
    for (let n = 0; n < this.keyFields.length; n++) {
      const cell = this.fields[this.keyFields[n]].cell;
      if (cell >= cells) return false;
      const end = trimEnd(bytes, starts[cell], ends[cell]);
      const start = trimStart(bytes, starts[cell], end);
      if (start >= end || o + end - start > 240) return false;
      if (n > 0) this.key[o++] = 31;
      let plain = true;
      for (let k = start; k < end; k++) {
        const c = bytes[k];
        if (c >= 0x80) {
          plain = false;
          break;
        }
        this.key[o + k - start] = c >= 97 && c <= 122 ? c - 32 : c;
      }
      o += plain ? end - start : this.key.write(bytes.toString('utf8', start, end).normalize('NFKC').toUpperCase(), o, 240 - o, 'utf8');
    }
    this.keyLength = o;
    return true;
  }

  /** Reads and checks a row. @returns true when it may be staged; otherwise `faults` says why not */
  read(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number): boolean {
    const { slots, fields, order, documents, tally } = this;
    if (this.faults.length > 0) this.faults.length = 0;
    this.warn = 0;
    this.span = 0;
    this.row = bytes;
    slots.clear();
    if (cells !== this.cells) {
      this.faults.push({ rule: 'row-columns', column: null });
      return false;
    }
    for (let n = 0; n < order.length; n++) {
      const i = order[n];
      const field = fields[i];
      const end = trimEnd(bytes, starts[field.cell], ends[field.cell]);
      const start = trimStart(bytes, starts[field.cell], end);
      if (start >= end) {
        if (field.required) this.fault(field, i, 'required');
        continue;
      }
      this.span += end - start;
      tally.value(i);
      const rule = field.codec.read(bytes, start, end, slots, i);
      if (rule === null) continue;
      tally.fault(i, rule, bytes, start, end);
      this.fault(field, i, rule);
    }
    for (let n = 0; n < documents.length; n++) {
      const i = documents[n];
      const field = fields[i];
      const end = trimEnd(bytes, starts[field.cell], ends[field.cell]);
      const start = trimStart(bytes, starts[field.cell], end);
      const kind = field.kindField < 0 ? field.fixedKind : fields[field.kindField].codec.hubCode!(slots, field.kindField) ?? '';
      if (start >= end) {
        if (field.required) this.fault(field, i, 'required');
        continue;
      }
      // An unmapped kind was named already; its number cannot be judged.
      if (kind === '') continue;
      tally.value(i);
      const rule = readDocument(kind, bytes, start, end, slots, i, field.facts!);
      if (rule === null) continue;
      tally.fault(i, rule, bytes, start, end);
      this.fault(field, i, rule);
    }
    if (this.faults.length === 0 && (this.compareBirthDate || this.compareSex)) this.compare();
    return this.faults.length === 0;
  }

  /** The row's change stamp as YYYYMMDDHHMMSS, 0 without one. */
  stamp(): number {
    return this.stampField < 0 || slotEmpty(this.slots, this.stampField) ? 0 : this.slots.number[this.stampField];
  }

  /** The operation's word, null where the feed has none. */
  operation(): string | null {
    return this.operationField < 0 ? null : this.slots.text(this.operationField, this.row);
  }

  /** Where a column's cell stands in this delivery's rows, -1 for none. */
  cellOf(column: string): number {
    return this.fields.find((field) => field.contract.column === column)?.cell ?? -1;
  }

  /** The township, 9 digits, of the first division of the row read last that could be read, of a reject too; null without one. */
  township(): string | null {
    for (let i = 0; i < this.fields.length; i++) {
      if (this.fields[i].contract.type !== 'division' || slotEmpty(this.slots, i)) continue;
      const code = this.slots.text(i, this.row);
      if (code !== null && code.length >= 9) return code.slice(0, 9);
    }
    return null;
  }

  /** Writes the row's tuples, one a role it speaks of. @returns how many */
  write(out: CopyWriter, tokens: TokenBatch, rowNo: number, hash: RowHash, run: number): number {
    if (this.roles.length === 0) {
      out.ensure(this.bound());
      out.tuple(this.columns);
      tokens.mac(out, this.key, 0, this.keyLength, null);
      this.writeLedger(out, rowNo, hash, run);
      this.writePlaceKey(out);
      this.writePayload(out, true);
      return 1;
    }
    let written = 0;
    for (let r = 0; r < this.roles.length; r++) {
      const role = this.roles[r];
      const named = role.name >= 0 && !slotEmpty(this.slots, role.name);
      const documented = role.document >= 0 && !slotEmpty(this.slots, role.document);
      if (r > 0 && !named && !documented) continue;
      out.ensure(this.bound());
      out.tuple(this.columns);
      if (documented) out.token('document', this.slots.scratch, this.slots.start[role.document]);
      else tokens.mac(out, this.key, 0, this.keyLength, role.suffix);
      tokens.mac(out, this.key, 0, this.keyLength, null);
      out.int2(r);
      this.writeLedger(out, rowNo, hash, run);
      this.writeIdentity(out, role, documented);
      this.writePayload(out, role.payload);
      written++;
    }
    return written;
  }

  private writeLedger(out: CopyWriter, rowNo: number, hash: RowHash, run: number): void {
    out.int4(rowNo);
    out.int8(hash.high, hash.low);
    out.int4(this.warn);
    out.int4(run);
    this.writeField(out, this.stampField);
  }

  private writeIdentity(out: CopyWriter, role: Role, documented: boolean): void {
    if (documented) {
      const kind = this.fields[role.document].facts!.kind;
      out.ascii(kind);
    } else out.null();
    this.writeField(out, role.name);
    this.writeFold(out, role.name);
    this.writeField(out, role.formerName);
    if (role.sexIs !== null) out.bytes(role.sexIs, 0, role.sexIs.length);
    else this.writeField(out, role.sex);
    this.writeField(out, role.birthDate);
    this.writeField(out, role.phone);
    this.writeField(out, role.address);
    if (role.keyed) this.writeAddressKey(out, role.address);
    else out.null();
    this.writeField(out, role.addressCode);
    this.writeField(out, role.division);
  }

  private writePlaceKey(out: CopyWriter): void {
    const address = this.fields.findIndex((f) => f.contract.type === 'address');
    if (address < 0) out.null();
    else this.writeAddressKey(out, address);
  }

  private writeAddressKey(out: CopyWriter, i: number): void {
    const written = i < 0 ? null : this.slots.text(i, this.row);
    if (written === null) return out.null();
    const { key } = normaliseAddress(written, this.places);
    if (key === '') return out.null();
    const bytes = Buffer.from(key);
    this.addressHash.hash(bytes, 0, bytes.length);
    out.int8(this.addressHash.high, this.addressHash.low);
  }

  /** The folded name where it differs; most names fold to themselves and cost one look at their bytes. */
  private writeFold(out: CopyWriter, i: number): void {
    if (i < 0 || slotEmpty(this.slots, i)) return out.null();
    const start = this.slots.start[i];
    const end = this.slots.end[i];
    if (foldsToItself(this.row, start, end)) return out.null();
    const written = this.row.toString('utf8', start, end);
    const folded = foldName(written);
    if (folded === written || folded === '') return out.null();
    const bytes = Buffer.from(folded);
    out.bytes(bytes, 0, bytes.length);
  }

  private writePayload(out: CopyWriter, full: boolean): void {
    for (let n = 0; n < this.payload.length; n++) {
      if (full) this.writeField(out, this.payload[n]);
      else out.null();
    }
  }

  private writeField(out: CopyWriter, i: number): void {
    if (i < 0) out.null();
    else this.fields[i].codec.write(out, this.row, this.slots, i);
  }

  /** An upper bound of one tuple's bytes: every value lies in the row or in scratch. */
  private bound(): number {
    return 64 * this.columns + this.span + 2 * this.slots.used + 4096;
  }

  private fault(field: Field, i: number, rule: string): void {
    this.slots.state[i] = 0;
    const { column, on_fail } = field.contract;
    if (on_fail === 'block') this.blocked ??= { rule, column };
    if (field.rejects) this.faults.push({ rule, column });
    else this.raise(column, rule);
  }

  private raise(column: string, rule: string): void {
    const bit = WARNINGS.indexOf(rule);
    if (bit >= 0) this.warn |= 1 << bit;
    const name = `${column}:${rule}`;
    this.warnings.set(name, (this.warnings.get(name) ?? 0) + 1);
  }

  /** Birth date and sex inside the first role's citizen id against the columns of their own. */
  private compare(): void {
    for (const role of this.roles) {
      if (role.document < 0 || slotEmpty(this.slots, role.document)) continue;
      const facts = this.fields[role.document].facts!;
      if (facts.birthDate === 0) continue;
      if (this.compareBirthDate && role.birthDate >= 0 && !slotEmpty(this.slots, role.birthDate) && this.slots.number[role.birthDate] !== facts.birthDate) {
        this.checked('birth-date-differs', this.fields[role.birthDate].contract.column);
      }
      if (this.compareSex && role.sex >= 0 && !slotEmpty(this.slots, role.sex)) {
        const sex = this.fields[role.sex].codec.hubCode!(this.slots, role.sex);
        if ((sex === '1' || sex === '2') && sex !== facts.sex) this.checked('sex-differs', this.fields[role.sex].contract.column);
      }
    }
  }

  private checked(rule: string, column: string): void {
    const check = this.contract.checks.find((c) => c.rule === rule)!;
    if (check.on_fail === 'warn') this.raise(column, rule);
    else {
      if (check.on_fail === 'block') this.blocked ??= { rule, column };
      this.faults.push({ rule, column });
    }
  }
}

function slotEmpty(slots: Slots, i: number): boolean {
  return slots.state[i] === 0;
}
