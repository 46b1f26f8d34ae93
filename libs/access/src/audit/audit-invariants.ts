import { loadSql, type Database } from '#database';
import type { Text } from '#kernel';
import type { Keys } from '#keys';
import { Coverage, type CoverageFault } from './audit-coverage.js';
import { chain, GENESIS, headMac, sameBytes } from './audit-chain.js';

/** One rule that must hold on a live store, and where it does not. */
export interface AuditInvariant {
  name: 'audit-chain' | 'audit-coverage';
  text: Text;
  holds: boolean;
  /** Rows looked at. */
  checked: number;
  /** The first faults, at most twenty: which row and what is wrong with it. */
  faults: { seq: number; fault: 'gap' | 'body' | 'time' | 'head' | 'signature' | CoverageFault }[];
}

interface Row { seq: number; at: string; body: string; h: Buffer }

const PAGE = 5000;
const FAULTS_SHOWN = 20;

/** Reads the audit from its first row to its head and checks every link. Never throws for what it finds. */
export async function auditInvariants(database: Database, keys: Keys): Promise<AuditInvariant[]> {
  const faults: AuditInvariant['faults'] = [];
  const coverage = new Coverage();
  const client = await database.connect('access');
  let checked = 0;
  let last = { seq: 0, h: GENESIS };
  try {
    // One snapshot: what is appended meanwhile belongs neither to the rows nor to the head seen here.
    await client.query('begin isolation level repeatable read read only');
    const { rows: [head] } = await client.query<{ seq: number; h: Buffer; mac: Buffer }>(
      'select seq::float8 as seq, h, mac from access.audit_head where one');
    for (;;) {
      const { rows } = await client.query<Row>({ name: 'access-audit-read', text: loadSql(import.meta.dirname, 'audit_read'), values: [last.seq, PAGE] });
      for (const row of rows) {
        for (const fault of faultsOf(row, last)) faults.push({ seq: row.seq, fault });
        coverage.see(row.seq, row.body);
        last = row;
      }
      checked += rows.length;
      if (rows.length < PAGE || faults.length >= FAULTS_SHOWN) break;
    }
    if (faults.length < FAULTS_SHOWN) {
      if (!head || head.seq !== last.seq || !sameBytes(head.h, last.h)) faults.push({ seq: last.seq, fault: 'head' });
      const unsigned = head?.seq === 0 && head.mac.length === 0;
      if (!head || (!unsigned && !sameBytes(head.mac, headMac(keys.secret('audit-head', 32), head.seq, head.h)))) {
        faults.push({ seq: head?.seq ?? 0, fault: 'signature' });
      }
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
  return [{
    name: 'audit-chain',
    text: { zh: '审计链完整、无缺号、末端签名有效', en: 'The audit chain is whole, has no gap, and its end is signed' },
    holds: faults.length === 0,
    checked,
    faults: faults.slice(0, FAULTS_SHOWN),
  }, {
    name: 'audit-coverage',
    text: { zh: '每次查询的字段都在当时有效的授权之内', en: 'Every field that was looked up was within a grant that stood at that moment' },
    holds: coverage.faults.length === 0,
    checked: coverage.looks,
    faults: coverage.faults.slice(0, FAULTS_SHOWN),
  }];
}

function faultsOf(row: Row, before: { seq: number; h: Buffer }): ('gap' | 'body' | 'time')[] {
  const faults: ('gap' | 'body' | 'time')[] = [];
  if (row.seq !== before.seq + 1) faults.push('gap');
  if (!sameBytes(row.h, chain(before.h, row.body))) faults.push('body');
  if (!row.body.startsWith(`{"seq":${row.seq},"at":"${row.at}",`)) faults.push('time');
  return faults;
}
