import { COLUMN_TYPES } from '../row/columns.js';
import type { FeedCodes } from './code-map.js';
import type { ContractFile } from './contract-file.js';
import type { FeedContract } from './contract.js';

/**
 * What is wrong between contracts that are each right: two spines, one attribute of two types or of two feeds' own
 * code lists. Each fault is put into the file of the later one. Contracts must come in a fixed order, so that faults do.
 */
export function checkDistrict(read: readonly { contract: FeedContract; file: ContractFile; codes: FeedCodes }[]): void {
  const spine = read.find(({ contract }) => contract.spine);
  const first = new Map<string, { feed: string; type: string }>();
  for (const { contract, file, codes } of read) {
    if (contract.spine && spine && contract !== spine.contract) {
      const taken = spine.contract.feed;
      file.fault(['spine'], 'spine-repeated', `一个区县只有一个主库数据源, 已有 ${taken}`, `a district has one spine, and ${taken} is it`);
    }
    contract.supplies.forEach((supply, i) => {
      for (const [attribute, column] of Object.entries(supply.attributes)) {
        const name = `${supply.facet}.${attribute}`;
        const field = contract.fields.find((f) => f.column === column);
        if (field === undefined) continue;
        const type = field.type === 'code' ? `code ${codes.get(field.codes!)?.own ? `${contract.feed}/` : ''}${field.codes}` : COLUMN_TYPES[field.type];
        const known = first.get(name);
        if (known === undefined) first.set(name, { feed: contract.feed, type });
        else if (known.type !== type) {
          file.fault(['supplies', i, 'attributes', attribute], 'attribute-type',
            `${name} 在 ${known.feed} 中为 ${known.type}, 此处为 ${type}`, `${name} is ${known.type} in ${known.feed} but ${type} here`);
        }
      }
    });
  }
}
