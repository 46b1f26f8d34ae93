import type { Clock } from '#kernel';
import type { Shape } from '../contract/contract-shape.js';
import type { FeedContract, FieldType, FormatContract } from '../contract/contract.js';

/**
 * Transports: how a delivery's bytes come to the hub when nobody hands it in. A transport only finds what
 * has arrived and yields its bytes; keeping, sealing, checking against what was promised, accepting and
 * remembering exist once, behind it. One file a transport beside this one; `transportOf` finds it by kind.
 */
export interface TransportKind {
  /** What a contract may say beside `kind`. Passwords and keys are named (`credential`), never written there. */
  options: Extract<Shape, { is: 'keys' }>;
  /** The only formats it can carry; any when missing. Table and HTTP transports write NDJSON of the contract's columns. */
  formats?: readonly FormatContract['kind'][];
  /** Tells what the shape of the options alone cannot; paths are the options' own. */
  check?(options: Readonly<Record<string, unknown>>, contract: FeedContract, fault: (path: readonly string[], rule: string, zh: string, en: string) => void): void;
  /** It tells `columns` of each look at its source: what its deliveries hold says nothing of that. */
  tellsColumns?: true;
  /** Does nothing against the other side yet; drivers are loaded here, not with the contract. */
  open(context: TransportContext): Promise<Transport>;
}

export interface TransportContext {
  contract: FeedContract;
  /** As the contract has them, checked against `options`. */
  options: Readonly<Record<string, unknown>>;
  /** What the credential of that name holds. @throws HubError with rule `credential-missing` */
  credential(name: string): Promise<string>;
  /** The neighbour hub of that name, where the district has any. @throws HubError when it has none of that name */
  neighbour?(name: string): Promise<NeighbourHub>;
  clock: Clock;
  /** Told of the columns of a source that keeps a catalogue of its own, before any is missed and before a row is read. */
  columns?(seen: SourceColumns): void;
  /** Told of each step that is behind it: where fault tests end the process. A name of small letters, points and dashes. */
  passed?(step: string): void;
}

/** What a source has, by its own catalogue. */
export interface SourceColumns {
  /** In the source's order. One that serves several of the contract's columns is there for each. */
  found: readonly SourceColumn[];
  /** The contract's column → its name at the source, as the folder has it. */
  called: ReadonlyMap<string, string>;
}

export interface SourceColumn {
  /** As the source spells it. */
  name: string;
  /** The contract's column that is read from it as the folder says; null where the folder does not speak of it. */
  column: string | null;
  /** Whether a value of it can be one of this type at all. */
  fits(type: FieldType): boolean;
}

/** Another hub, as the district knows it, and our own hand towards it. */
export interface NeighbourHub {
  /** Its name and ours, as both write them in what they sign. */
  hub: string;
  self: string;
  /** Its address as outsiders know it. */
  url: URL;
  /** A file with the authority its certificate is by, where that is its own. */
  ca: string | null;
  /** Name of the credential: client id and secret, with a colon. */
  credential: string;
  /** Its public keys, base64url: any of them may have signed. */
  keys: readonly string[];
  sign(kind: string, says: object): string;
}

export interface Transport {
  /**
   * What has arrived since `cursor`, oldest business time first, one at a time: the next is asked for when
   * what became of the one before is committed, so a source is not read ahead of. What it returns at its end
   * is what a look at the source alone tells. May be called once.
   * @throws HubError with a `transport-…` or `manifest-…` rule in `details.rule`, see fault.ts
   */
  arrivals(cursor: Cursor | null, signal: AbortSignal): AsyncGenerator<Arrival, Look, void>;
  /** Lets go of connections; never throws. */
  close(): Promise<void>;
}

/** Where to go on, in the transport's own words. JSON; kept sealed, for suppliers' cursors may hold anything. */
export type Cursor = Readonly<Record<string, unknown>>;

/** One delivery as it waits at its source. */
export interface Arrival {
  /** Tells it from every other of this feed, for ever; one that was accepted before is passed over. At most 300 characters, no personal data. */
  id: string;
  /** The supplier's name of it, without a folder; for those without files a name the contract's pattern fits. */
  fileName: string;
  /** The contract's when missing. */
  mode?: 'full' | 'delta';
  /** The supplier's business time; by the contract's pattern on `fileName` when missing. */
  asOf?: Date;
  batchNo?: string;
  promised?: Promised;
  /**
   * Its bytes, from the first, once an attempt. A chunk is valid until the next is asked for. What is wrong with this
   * delivery alone (a faulty manifest, a file that was swapped) is thrown here, and those after it can still be taken.
   * @throws HubError as `arrivals` does; one whose `retry` is set may be met again by the next attempt
   */
  chunks(signal: AbortSignal): AsyncIterable<Buffer>;
  /** Where the next fetch goes on once this one is accepted; asked for when `chunks` has ended. Null: the cursor does not move. */
  cursor(): Cursor | null;
  /** Whether what `chunks` yielded holds no row at all: nothing is accepted then, the cursor moves. Asked for when `chunks` has ended. */
  empty?(): boolean;
  /** Told once its acceptance is committed: moves the file away, acknowledges. May be told again after a crash, and may fail without harm. */
  accepted?(): Promise<void>;
}

/** What the supplier says of a delivery beforehand (a manifest): each is checked, a difference refuses it. */
export interface Promised {
  bytes?: number;
  /** Data rows, without a header. */
  rows?: number;
  /** SM3 of the bytes as delivered, hex. */
  sm3?: string;
}

/** The end of a fetch. */
export interface Look {
  /** The source was seen to hold nothing newer than what was yielded, as of this time; null when a look cannot tell. */
  current: Date | null;
  /** Waits there but cannot be taken yet (no manifest, still being written): how many. */
  waiting?: number;
}
