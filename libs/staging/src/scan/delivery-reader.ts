import { HubError } from '#kernel';
import {
  HashSet, RowDigest, RowHash, trimEnd, trimStart, type CopyWriter, type FeedCatalogue, type FeedContract, type RowFault, type RowReader, type RowSink, type TokenBatch,
} from '#feeds';
import { StrangeHeader } from '../drift/strange-header.js';

/** What becomes of the rows; the chunk writer in a run, counters alone in a trial. */
export interface RowOutlet {
  readonly rows: CopyWriter;
  readonly tokens: TokenBatch;
  /** `tuples` more were written to `rows`. */
  staged(tuples: number): void;
  /** The row broke these rules; `key` is its source key where it has one, `cells` what could be told apart in it. */
  reject(rowNo: number, faults: readonly RowFault[], raw: Buffer, start: number, end: number, key: Buffer | null, cells: RejectCells | null): void;
  remove(rowNo: number, key: Buffer, stamp: number): void;
  drain(lastRow: number): Promise<void>;
}

/** Cells of a rejected row; its buffers are reused after the call. */
export interface RejectCells {
  township: string | null;
  /** Trimmed; null when empty or lacking. */
  valueOf(column: string): Buffer | null;
}

export interface DeliveryCounts { read: number; duplicate: number; rejected: number; unchanged: number; staged: number; removals: number }

export interface ReadOptions {
  run: number;
  seed: Buffer;
  /** Hashes of the rows that hold. */
  known: HashSet | null;
  /** Whether known rows are looked into for their keys: where nothing is staged, nobody can ask later which of them stand beside another. */
  keysOfKnown: boolean;
  expectedRows: number;
  resumeAfter: number;
  signal: AbortSignal;
}

/**
 * Takes the rows of a delivery from its format: finds what is unchanged before it costs anything, checks the
 * rest, and hands it on. A new worker reads the whole delivery again, but writes only behind `resumeAfter`.
 */
export class DeliveryReader implements RowSink {
  readonly counts: DeliveryCounts = { read: 0, duplicate: 0, rejected: 0, unchanged: 0, staged: 0, removals: 0 };
  readonly digest = new RowDigest();
  /** Columns as the delivery has them. */
  columns: string[] = [];
  /** Source keys that stand in more than one row that was looked into and accepted: `high:low` of their hash. */
  readonly contested = new Set<string>();
  /** Rejects whose source key could not be read: what a full delivery lacks may be among them. */
  keyless = 0;

  /** Lets formats pass over rows that are known by their bytes. */
  readonly known?: RowSink['known'];

  /** Set when the columns are not the contract's: the delivery is only looked at. */
  private strange: StrangeHeader | null = null;
  private readonly rowHash: RowHash;
  private readonly keyHash: RowHash;
  private readonly keys: HashSet;
  private readonly operations: Map<string, 'add' | 'change' | 'remove'> | null;

  constructor(
    private readonly contract: FeedContract,
    private readonly reader: RowReader,
    private readonly catalogue: FeedCatalogue,
    private readonly outlet: RowOutlet,
    private readonly options: ReadOptions,
  ) {
    this.rowHash = new RowHash(options.seed);
    this.keyHash = new RowHash(options.seed);
    this.keys = new HashSet(options.expectedRows);
    if (options.known !== null && !options.keysOfKnown) this.known = (bytes, start, end) => this.takeKnown(bytes, start, end) > 0;
    const { operation } = contract;
    this.operations = operation === undefined ? null
      : new Map([[operation.add, 'add'], [operation.change, 'change'], [operation.remove, 'remove']]);
  }

  header(columns: string[]): void {
    this.columns = columns;
    const { missing, unknown } = this.reader.bind(columns);
    if (missing.length === 0 && unknown.length === 0) {
      this.addHeader(columns);
      return;
    }
    const other = this.catalogue.feedOfColumns(columns);
    if (other !== null && other !== this.contract.feed) throw otherFeed(this.contract, other);
    // What the first rows hold tells a column that was renamed from one that is new.
    this.strange = new StrangeHeader(this.contract, this.reader, columns, missing, unknown);
  }

  /** Told when the last row was given. @throws HubError with rule file-columns */
  end(): void {
    if (this.strange !== null) throw this.strange.refusal();
  }

  row(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number, rawStart: number, rawEnd: number): void {
    const { reader, rowHash, counts, outlet, options, strange } = this;
    if (strange !== null) {
      if (strange.look(bytes, starts, ends, cells)) throw strange.refusal();
      return;
    }
    const seen = this.takeKnown(bytes, rawStart, rawEnd);
    if (seen > 0) {
      if (seen === 1 && options.keysOfKnown && reader.readKey(bytes, starts, ends, cells)) this.claimKey();
      return;
    }
    const rowNo = ++counts.read;
    this.digest.add(rowHash.high, rowHash.low);
    const keyed = reader.readKey(bytes, starts, ends, cells);
    if (!reader.read(bytes, starts, ends, cells)) {
      this.reject(rowNo, reader.faults, bytes, rawStart, rawEnd, keyed, this.cellsOf(bytes, starts, ends, cells));
      return;
    }
    // A key is required where the contract says so; a key that is there but cannot be sealed is too long.
    if (!keyed) {
      this.reject(rowNo, [{ rule: 'key-unpackable', column: this.contract.key[0] }], bytes, rawStart, rawEnd, false, this.cellsOf(bytes, starts, ends, cells));
      return;
    }
    const operation = this.operations?.get(reader.operation() ?? '');
    if (this.operations !== null && operation === undefined) {
      this.reject(rowNo, [{ rule: 'operation-unknown', column: this.contract.operation!.field }], bytes, rawStart, rawEnd, true, this.cellsOf(bytes, starts, ends, cells));
      return;
    }
    this.claimKey();
    if (operation === 'remove') {
      counts.removals++;
      if (rowNo > options.resumeAfter) outlet.remove(rowNo, reader.key.subarray(0, reader.keyLength), reader.stamp());
      return;
    }
    counts.staged++;
    if (rowNo > options.resumeAfter) outlet.staged(reader.write(outlet.rows, outlet.tokens, rowNo, rowHash, options.run));
  }

  /** Hashes a row and counts it where it holds as it is. @returns 0 not known, 1 known, 2 known and read before */
  private takeKnown(bytes: Buffer, start: number, end: number): 0 | 1 | 2 {
    const { rowHash, counts } = this;
    if (this.strange !== null) return 0;
    rowHash.hash(bytes, start, end);
    const seen = this.options.known?.mark(rowHash.high, rowHash.low) ?? 0;
    if (seen === 0) return 0;
    counts.read++;
    this.digest.add(rowHash.high, rowHash.low);
    if (seen === 2) counts.duplicate++;
    else counts.unchanged++;
    return seen;
  }

  bad(rule: string, raw: Buffer): void {
    if (this.strange !== null) return;
    const rowNo = ++this.counts.read;
    this.rowHash.hash(raw, 0, raw.length);
    this.digest.add(this.rowHash.high, this.rowHash.low);
    this.reject(rowNo, [{ rule, column: null }], raw, 0, raw.length, false, null);
  }

  async drain(): Promise<void> {
    this.options.signal.throwIfAborted();
    await this.outlet.drain(this.counts.read);
  }

  /** The hash of the row read last, as `digest` counts it. */
  private addHeader(columns: string[]): void {
    const bytes = Buffer.from(`header\n${columns.join('\n')}`);
    this.rowHash.hash(bytes, 0, bytes.length);
    this.digest.addHeader(this.rowHash.high, this.rowHash.low);
  }

  private reject(rowNo: number, faults: readonly RowFault[], bytes: Buffer, start: number, end: number, keyed: boolean, cells: RejectCells | null): void {
    this.counts.rejected++;
    if (!keyed) this.keyless++;
    if (rowNo <= this.options.resumeAfter) return;
    this.outlet.reject(rowNo, faults, bytes, start, end, keyed ? this.reader.key.subarray(0, this.reader.keyLength) : null, cells);
  }

  private cellsOf(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number): RejectCells | null {
    const { reader } = this;
    if (cells !== reader.cells) return null;
    return {
      township: reader.township(),
      valueOf: (column) => {
        const at = reader.cellOf(column);
        if (at < 0) return null;
        const end = trimEnd(bytes, starts[at], ends[at]);
        const start = trimStart(bytes, starts[at], end);
        return start < end ? bytes.subarray(start, end) : null;
      },
    };
  }

  private claimKey(): void {
    const { keyHash, reader } = this;
    keyHash.hash(reader.key, 0, reader.keyLength);
    if (!this.keys.add(keyHash.high, keyHash.low)) this.contested.add(`${keyHash.high}:${keyHash.low}`);
  }
}

function otherFeed(contract: FeedContract, other: string): HubError {
  return new HubError({
    code: 'HUSHU-STAGING-02', details: { rule: 'file-other-feed', feed: other },
    zh: `这是数据源 ${other} 的文件，不是 ${contract.feed} 的`, en: `This file is ${other}'s, not ${contract.feed}'s`,
    hintZh: `用 hushu deliver ${other} 交付它`, hintEn: `Deliver it with hushu deliver ${other}`,
  });
}
