/*
 * Role: feed contracts read, checked and compiled; formats and value types; a delivery's bytes become typed rows.
 * Hides: encodings, cells, value types, hashing, packing of document numbers, COPY BINARY.
 * Reads: config/feeds, config/codes, a delivery's bytes.
 * Writes: nothing; rows leave as buffers.
 * Never: touches the database, or knows a real feed by name.
 */
export type {
  CheckContract, ContractFault, FactContract, FeedContract, FieldContract, FormatContract, IdentityPart, RoleContract, Schedule, SupplyContract,
} from './contract/contract.js';
export { asOfOf } from './contract/as-of.js';
export { dueAfterFailure, isLate, nextDue } from './contract/next-due.js';
export { contractChanges, type ContractChanges, type ContractDefinition } from './contract/contract-definition.js';
export { amendDefinition, columnReading, type Amendment, type Amended } from './contract/amendment.js';
export { FeedCatalogue, feedRelation } from './contract/feed-catalogue.js';
export { readContract, readContracts, readHubCodes } from './contract/read-contract.js';
export { readConfigFile } from './contract/contract-file.js';
export type { Shape } from './contract/contract-shape.js';
export { payloadFields, stagedColumnOf, stagedColumns, type StagedColumn } from './row/columns.js';
export { latestDateOf } from './row/latest-date.js';
export { RowReader, type RowFault } from './row/row-reader.js';
export type { ColumnTally } from './row/column-tally.js';
export { WARNINGS } from './row/row-plan.js';
export { ROW_RULES } from './row/row-rules.js';
export { COPY_END, COPY_HEADER, CopyWriter } from './row/copy-writer.js';
export { TokenBatch, type BlockCipher } from './row/token-batch.js';
export { RowDigest, RowHash } from './row/row-hash.js';
export { trimEnd, trimStart } from './row/trim.js';
export { splitKept, type LineFormat } from './format/kept-line.js';
export { gb18030Length, writeGb18030, writeUtf8 } from './format/write-gb18030.js';
export { HashSet } from './row/hash-set.js';
export type { ByteSource, Format, RowSink } from './format/format.js';
export { CsvFormat } from './format/csv.js';
export { fileSource } from './format/file-source.js';
export { formatOf, readerOf } from './format/formats.js';
export { LineSplitter } from './format/lines.js';
export { DECODED_MOST, decoderOf } from './format/decoder.js';
export type { Arrival, Cursor, Look, NeighbourHub, Promised, SourceColumn, SourceColumns, Transport, TransportContext } from './transport/transport.js';
export { transportFault, transportRuleOf, transportTerms, type TransportRule } from './transport/fault.js';
export { HubLine, type HandedIn } from './transport/hub/hub-line.js';
export { readHubStatement, STATEMENT, type HubDelivery, type HubManifest, type HubReceipt, type HubReturn, type StatementProblem } from './transport/hub/statements.js';
export { bindNames } from './row/bind-columns.js';
export { isFetched, tellsColumns, transportOf } from './transport/transports.js';
