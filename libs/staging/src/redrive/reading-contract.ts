import type { FeedContract } from '#feeds';
import type { Run } from '#runs';
import { REDRIVE_FORMAT } from './redriven-lines.js';

/** The contract as a run's bytes are to be read: rejects that are driven again lie there as the hub writes them. */
export function readingContract(contract: FeedContract, run: Run): FeedContract {
  if (run.redrive === null) return contract;
  const { limits } = contract.format;
  return { ...contract, format: { ...REDRIVE_FORMAT, limits } };
}
