import { businessTime } from '../transport/manifest.js';
import type { FeedContract } from './contract.js';

/** When the supplier says its file was so, by the contract's pattern on the file's name; null when the name does not say. */
export function asOfOf(contract: Pick<FeedContract, 'asOf'>, name: string): Date | null {
  return businessTime(contract.asOf.fileName.exec(name)?.[1]);
}
