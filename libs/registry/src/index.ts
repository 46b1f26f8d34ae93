/*
 * Role: keeps what was decided: persons, identity, households, relations, one facet a domain, each with history.
 * Hides: how versions are closed, opened and taken back; keys built after bulk; who may read which row.
 * Reads: schema reconcile through its published views.
 * Writes: schema registry.
 * Never: decides who a row speaks of or which value wins; sees staging.
 */
export { registryTables } from './facet/registry-tables.js';
export { publishedFields, type PublishedField } from './facet/published-fields.js';
export { applyRegistry, type ReconciledRun } from './apply/apply-registry.js';
export { stateDigest, stateHash } from './verify/state-hash.js';
export { personDossier, type Dossier, type DossierFacet, type DossierMoment } from './dossier/person-dossier.js';
export { registryInvariants } from './verify/registry-invariants.js';
export { fieldLineage, type FieldStrand, type LineageContract, type LineageRule } from './lineage/field-lineage.js';
