/*
 * Role: what may be shared and the sharing of it: catalogue, grants' terms, and records read under a grant.
 * Hides: how a grant becomes SQL, how callers' asks are joined, how records are written.
 * Reads: schema registry's published views; access for holders; runs for freshness; config/products, grants, departments.
 * Writes: schema sharing; the audit, through access.
 * Never: reads staging or reconcile, answers what no standing grant covers, or puts a caller's text into SQL.
 */
export type { FieldSpec } from './catalogue/field-spec.js';
export type { Grant, StandingGrant } from './grant/grant.js';
export { GrantDirectory } from './grant/grant-directory.js';
export { listGrants } from './grant/list-grants.js';
export { listProducts } from './catalogue/list-products.js';
export type { Product } from './catalogue/product.js';
export { effectOf, type Effect } from './lineage/effect.js';
export { lineage, type Lineage, type LineageQuery } from './lineage/lineage.js';
export { loadSharing, type Supply } from './load/load-sharing.js';
export { faultyConfig, readSharingConfig } from './load/sharing-config.js';
export { PersonQuery, type QueryAnswer, type Rate, type Throttle } from './query/person-query.js';
export { MOST_IDS } from './query/query-request.js';
export { quotaExceeded } from './query/refusals.js';
export { Freshness } from './status/freshness.js';
