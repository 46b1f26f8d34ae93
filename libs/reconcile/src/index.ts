/*
 * Role: decides who a staged row speaks of and which value wins.
 * Hides: the pool, rules and their exceptions, clerical review, precedence and recency, conflicts.
 * Reads: schema staging through its published views; the pool it keeps.
 * Writes: schema reconcile.
 * Never: keeps what was decided with history (registry does), or reads the registry.
 */
export { facetsOf, quoted, snake, type Attribute, type Facet, type Supplier } from './facet/facet.js';
export { reconcileTables } from './table/reconcile-tables.js';
export { linkRun, type LinkContext } from './linkage/link-run.js';
export { applyReconcile } from './apply/apply-reconcile.js';
export { reconcileInvariants, type Invariant } from './verify/reconcile-invariants.js';
