/*
 * Role: tells which records of two files are of one person: any two files, by a model file.
 * Hides: normalising, blocking, levels, training without labels, the competition for a record, the statements that do it.
 * Reads: a model file, two files of records.
 * Writes: working tables in the schema it is given; a file of pairs.
 * Never: decides for a person; knows feeds or the registry.
 */
export { NORMALISERS } from './normalise/normalisers.js';
export type { Normaliser, NormaliserOptions } from './normalise/normaliser.js';
export { readModel } from './model/read-model.js';
export { linkRecords, links, type Link, type LinkReport } from './engine/link-records.js';
export { Evaluator, type Evaluation } from './score/evaluate.js';
export { openTable } from './read/table-file.js';
export { readTruth } from './read/truth.js';
export { writePairs } from './write/pairs.js';
