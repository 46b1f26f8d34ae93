import type { ContractFile } from '../contract/contract-file.js';
import type { FeedContract } from '../contract/contract.js';
import { folder } from './folder.js';
import { hand } from './hand.js';
import { httpTransport } from './http.js';
import { hub } from './hub.js';
import { mysqlTable } from './mysql-table.js';
import { postgresTable } from './postgres-table.js';
import { s3 } from './s3.js';
import { sftp } from './sftp.js';
import type { TransportKind } from './transport.js';

/** Every transport there is, by the kind a contract names. */
const TRANSPORTS: Readonly<Record<string, TransportKind>> = {
  file: hand,
  folder,
  http: httpTransport(),
  postgres: postgresTable,
  sftp,
  s3,
  mysql: mysqlTable,
  hub,
};

/** The transport of a contract's kind; contracts of other kinds were refused when they were read. */
export function transportOf(contract: FeedContract): TransportKind {
  return TRANSPORTS[contract.transport.kind];
}

/** Whether deliveries of this feed are fetched; otherwise somebody hands them in. */
export function isFetched(contract: FeedContract): boolean {
  return transportOf(contract) !== hand;
}

/** Whether fetching tells which columns the source has, whatever is in a delivery. */
export function tellsColumns(contract: FeedContract): boolean {
  return transportOf(contract).tellsColumns === true;
}

/** What a contract says of its transport, checked by what the transport takes. */
export function checkTransport(contract: FeedContract, file: ContractFile): void {
  const kind = contract.transport?.kind;
  if (kind === undefined) return;
  const transport = Object.hasOwn(TRANSPORTS, kind) ? TRANSPORTS[kind] : undefined;
  if (transport === undefined) {
    const known = Object.keys(TRANSPORTS).join(', ');
    file.fault(['transport', 'kind'], 'value-unknown', `没有传输方式 “${kind}”；可用: ${known}`, `there is no transport "${kind}"; there are: ${known}`);
    return;
  }
  const { required, optional } = transport.options;
  contract.transport = file.readPart(['transport'], { is: 'keys', required: { kind: { is: 'text' }, ...required }, optional: optional ?? {} }) as FeedContract['transport'];
  transport.check?.(contract.transport, contract, (path, rule, zh, en) => { file.fault(['transport', ...path], rule, zh, en); });
  if (transport.formats !== undefined && contract.format.kind !== undefined && !transport.formats.includes(contract.format.kind)) {
    const formats = transport.formats.join(' / ');
    file.fault(['format', 'kind'], 'transport-format', `传输方式 ${kind} 只用于 ${formats} 格式`, `the transport ${kind} carries ${formats} only`);
  }
  const { encoding } = contract.format;
  if (transport.formats !== undefined && encoding !== undefined && encoding !== 'utf-8') {
    file.fault(['format', 'encoding'], 'encoding-unfit', `传输方式 ${kind} 由系统自行写成 utf-8，不能是 ${encoding}`, `what the transport ${kind} brings is written by the hub as utf-8, never ${encoding}`);
  }
}
