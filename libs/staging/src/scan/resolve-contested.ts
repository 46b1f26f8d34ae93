import type { Database } from '#database';
import { HubError } from '#kernel';
import { CopyWriter, RowHash, type ByteSource, type FeedContract, type Format, type HashSet, type RowReader, type RowSink, type TokenBatch } from '#feeds';
import type { Sealer } from '#keys';
import { killPoint, type Lease } from '#runs';
import type { StagedSql } from '../table/staged-sql.js';
import type { DeliveryCounts } from './delivery-reader.js';

/** More rows than this that contest one another are a broken delivery, not broken rows. */
const MOST = 200_000;

interface Claim { rowNo: number; /** A row of the same key that was written with it. */ keyed: number; content: string; stamp: number; kind: 'staged' | 'unchanged' | 'removal'; raw: Buffer }

/**
 * Settles source keys that several accepted rows of a delivery claim, by reading it once more: the same
 * content is a duplicate of the first; of a delta's rows with change stamps the newest holds; otherwise
 * nobody can know which is right and all of them are rejected (key-contested).
 */
export async function resolveContested(o: {
  contract: FeedContract; format: Format; source: ByteSource; reader: RowReader; contested: Set<string>; standing: ReadonlySet<string>; known: HashSet | null;
  seed: Buffer; counts: DeliveryCounts; database: Database; lease: Lease; sql: StagedSql; sealer: Sealer; tokens: TokenBatch; removeWord: string | null;
  /** Of a delivery that is read again: takes the numbers of rejected rows, which are not written, being there. */
  rejectedAgain: number[] | null;
}): Promise<void> {
  if (o.standing.size > 0) await o.format.read(o.source, new StandingKeys(o));
  const claims = new Map<string, Claim[]>();
  await o.format.read(o.source, new ClaimSink(o, claims));
  const { counts } = o;
  const drop: number[] = [];
  const rejects: Claim[] = [];
  for (const rows of claims.values()) {
    if (rows.length < 2) continue;
    const keep = keeper(rows, o.contract);
    const written = rows.find((row) => row.kind !== 'unchanged');
    for (const row of rows) {
      if (row === keep) continue;
      if (row.kind === 'staged') counts.staged--;
      else if (row.kind === 'removal') counts.removals--;
      else counts.unchanged--;
      if (row.kind !== 'unchanged') drop.push(row.rowNo);
      if (keep === null) {
        counts.rejected++;
        rejects.push(row.kind === 'unchanged' ? { ...row, keyed: written?.rowNo ?? row.rowNo } : row);
      } else counts.duplicate++;
    }
  }
  await settle(o, drop, rejects);
}

/** The row that holds; null when nobody can know. A row the hub already has holds against its own likes. */
function keeper(rows: Claim[], contract: FeedContract): Claim | null {
  if (rows.every((row) => row.content === rows[0].content)) return rows.find((row) => row.kind === 'unchanged') ?? rows[0];
  if (contract.stamp === undefined || contract.operation === undefined) return null;
  const newest = Math.max(...rows.map((row) => row.stamp));
  const holders = rows.filter((row) => row.stamp === newest);
  return holders.every((row) => row.content === holders[0].content) ? holders[0] : null;
}

async function settle(
  o: { database: Database; lease: Lease; sql: StagedSql; sealer: Sealer; contract: FeedContract; standing: ReadonlySet<string>; rejectedAgain: number[] | null },
  drop: number[], rejects: Claim[],
): Promise<void> {
  const { lease, sql } = o;
  await o.database.transaction('staging', async (client) => {
    await client.query('select runs.check_fence($1, $2)', [lease.run, lease.token]);
    for (const { rowNo } of rejects) o.rejectedAgain?.push(rowNo);
    if (rejects.length > 0 && o.rejectedAgain === null) {
      const numbers = rejects.map((row) => row.rowNo);
      await client.query(
        `insert into staging.reject (run, row_no, ordinal, feed, rule, field, source_key, raw)
         select $1, u.row_no, 0, $2, 'key-contested', $3, k.source_key, u.raw
         from unnest($4::int4[], $5::bytea[], $6::int4[]) u (row_no, raw, keyed)
         left join lateral (
           select source_key from ${sql.fresh(lease.run)} where row_no = u.keyed
           union all select source_key from staging.removal where run = $1 and row_no = u.keyed limit 1
         ) k on true
         on conflict do nothing`,
        [lease.run, o.contract.feed, null, numbers, rejects.map((row) => o.sealer.sealBytes(row.raw)), rejects.map((row) => row.keyed)]);
    }
    if (drop.length > 0) {
      await client.query(`delete from ${sql.fresh(lease.run)} where row_no = any ($1)`, [drop]);
      await client.query('delete from staging.removal where run = $1 and row_no = any ($2)', [lease.run, drop]);
    }
    // What stands beside a row that is gone now would not be found again.
    if (o.standing.size > 0) await client.query('select runs.forget_chunks($1)', [lease.run]);
    killPoint('stage.settling', lease.run);
  });
}

/** The source keys of rows that hold as they are join those that are contested. */
class StandingKeys implements RowSink {
  private readonly rowHash: RowHash;
  private readonly keyHash: RowHash;

  constructor(private readonly o: Parameters<typeof resolveContested>[0]) {
    this.rowHash = new RowHash(o.seed);
    this.keyHash = new RowHash(o.seed);
  }

  header(columns: string[]): void {
    this.o.reader.bind(columns);
  }

  row(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number, rawStart: number, rawEnd: number): void {
    const { reader, contested, standing } = this.o;
    this.rowHash.hash(bytes, rawStart, rawEnd);
    if (!standing.has(`${this.rowHash.high}:${this.rowHash.low}`) || !reader.readKey(bytes, starts, ends, cells)) return;
    this.keyHash.hash(reader.key, 0, reader.keyLength);
    contested.add(`${this.keyHash.high}:${this.keyHash.low}`);
  }

  bad(): void { /* Holds nothing. */ }

  async drain(): Promise<void> { /* Nothing is sent. */ }
}

class ClaimSink implements RowSink {
  private rowNo = 0;
  private held = 0;
  private readonly rowHash: RowHash;
  private readonly keyHash: RowHash;
  private readonly nothing: RowHash;
  private readonly out = new CopyWriter();

  constructor(
    private readonly o: Parameters<typeof resolveContested>[0],
    private readonly claims: Map<string, Claim[]>,
  ) {
    this.rowHash = new RowHash(o.seed);
    this.keyHash = new RowHash(o.seed);
    this.nothing = new RowHash(o.seed);
  }

  header(columns: string[]): void {
    this.o.reader.bind(columns);
  }

  row(bytes: Buffer, starts: Int32Array, ends: Int32Array, cells: number, rawStart: number, rawEnd: number): void {
    const { reader, contested, known, tokens } = this.o;
    this.rowNo++;
    if (!reader.readKey(bytes, starts, ends, cells)) return;
    this.keyHash.hash(reader.key, 0, reader.keyLength);
    const name = `${this.keyHash.high}:${this.keyHash.low}`;
    if (!contested.has(name)) return;
    if (!reader.read(bytes, starts, ends, cells)) return;
    this.rowHash.hash(bytes, rawStart, rawEnd);
    const unchanged = known !== null && known.has(this.rowHash.high, this.rowHash.low);
    const rows = this.claims.get(name) ?? [];
    // An exact repetition of a known row was counted as a duplicate when it was read.
    if (unchanged && rows.some((row) => row.kind === 'unchanged')) return;
    reader.write(this.out, tokens, 0, this.nothing, 0);
    tokens.seal(this.out);
    const content = `${reader.operation() ?? ''}\n${this.out.buffer.toString('latin1', 0, this.out.length)}`;
    this.out.clear();
    const removal = this.o.removeWord !== null && reader.operation() === this.o.removeWord;
    rows.push({
      rowNo: this.rowNo, keyed: this.rowNo, content, stamp: reader.stamp(), kind: unchanged ? 'unchanged' : removal ? 'removal' : 'staged',
      raw: Buffer.from(bytes.subarray(rawStart, Math.min(rawEnd, rawStart + 8192))),
    });
    this.claims.set(name, rows);
    if (++this.held > MOST) {
      throw new HubError({
        code: 'HUSHU-STAGING-03', details: { rule: 'key-contested' },
        zh: `超过 ${MOST} 行争用同一来源主键，整批拒收`, en: `More than ${MOST} rows contest one another's source keys: the delivery is refused`,
        hintZh: '请供数部门检查主键列', hintEn: 'Ask the supplier to check the key columns',
      });
    }
  }

  bad(): void {
    this.rowNo++;
  }

  async drain(): Promise<void> { /* Nothing is sent. */ }
}
