/**
 * One thing that is written before its effect leaves the hub. People appear as their keys in the store
 * (tokens under a key the reader of the audit does not have), never by number, name or any value.
 */
export interface AuditEvent {
  kind: 'query' | 'officer-look' | 'grant-loaded' | 'grant-revoked' | 'client-made' | 'client-revoked' | 'department-made' | 'supply-loaded' | 'rejects-reported'
    | 'delivery-given' | 'return-sent' | 'return-read';
  grant?: string;
  /** Digest of the grant's definition in force. */
  version?: string;
  department?: string;
  client?: string;
  request?: string;
  purpose?: Readonly<Record<string, unknown>>;
  operator?: Readonly<Record<string, unknown>>;
  fields?: readonly string[];
  /** Keys of the people whose record left, in the order asked. */
  persons?: readonly string[];
  /** Tokens that were asked for and answered with nobody. */
  missed?: readonly string[];
  validAt?: string;
  knownAt?: string;
  /** What was done, for events that are not looks. */
  detail?: Readonly<Record<string, unknown>>;
}

/** What the event costs the grant's day. */
export interface AuditUse { grant: string; persons: number }

/** Proof that an event was written: its place in the chain. */
export interface AuditReceipt { seq: number; h: string }
