/*
 * Role: the simulator's engine: invented people, their lives, their departments' deliveries, and the truth about them.
 * Hides: names, ages, kin, households, addresses, impossible numbers, suppliers' formats, planted errors.
 * Reads: config/codes/division.csv and the feeds' contracts.
 * Writes: files below the folder it is given: deliveries/, truth/, manifest.json.
 * Never: makes a number that could be somebody's, looks at the clock, or holds a whole population.
 */
export { DEFAULT_UNTIL, simulate, type SimulateOptions, type SimulateReport } from './simulate.js';
export { FEED_ORDER } from './plan.js';
