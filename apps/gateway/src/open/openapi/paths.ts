import { decisionPaths } from './decision-paths.js';
import { driftPaths } from './drift-paths.js';
import { exchangePaths } from './exchange-paths.js';
import { openPaths } from './open-paths.js';
import { operationsPaths } from './operations-paths.js';
import { qualityPaths } from './quality-paths.js';
import { redrivePaths } from './redrive-paths.js';
import { replayPaths } from './replay-paths.js';
import { sharingPaths } from './sharing-paths.js';
import { watchingPaths } from './watching-paths.js';
import type { Operation } from './words.js';

/** Every call there is; a test holds this list against the routes. */
export function paths(): Record<string, Record<string, Operation>> {
  return { ...sharingPaths, ...operationsPaths, ...qualityPaths, ...decisionPaths, ...driftPaths, ...redrivePaths, ...replayPaths, ...watchingPaths, ...exchangePaths, ...openPaths };
}
