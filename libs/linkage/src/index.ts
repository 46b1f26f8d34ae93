/*
 * Role: tells which records of two files are of one person: any two files, by a model file.
 * Hides: normalising, blocking, levels, training without labels, the competition for a record, the statements that do it.
 * Reads: a model file, two files of records.
 * Writes: a working schema in the store it is given, removed afterwards; pairs.
 * Never: decides for a person; knows feeds or the registry.
 */
export { NORMALISER_INPUT, NORMALISERS, type NormaliserInput } from './normalise/normalisers.js';
export type { Normaliser, NormaliserOptions } from './normalise/normaliser.js';
