import { join } from 'node:path';
import { readContracts, type FeedContract } from '#feeds';
import { systemClock } from '#kernel';
import { publishedFields } from '#registry';
import { readSettings } from '#services';
import { faultyConfig, loadSharing, readSharingConfig, type Supply } from '#sharing';
import { withCases } from '../access/with-cases.js';
import type { Work } from '../frame/command.js';
import { EXIT } from '../frame/exit-code.js';

/** Loads departments, products and grants of the district; all faults are named and nothing is loaded when there is one. */
export const load: Work<{ config?: string }> = ({ output, options }) => withCases(async ({ store, cases, audit }) => {
  const folder = options.config ?? store.settings.HUSHU_CONFIG;
  const report = await loadSharing(folder, await supplyOf(folder), { database: store.database, cases, audit, clock: systemClock });
  output.data(report, () => report.grants.map(({ id, change }) => `${id}  ${change}`).join('\n'));
  output.say({
    zh: `部门 ${report.departments},字段 ${report.fields},目录资源 ${report.products},授权 ${report.grants.length}`,
    en: `${report.departments} departments, ${report.fields} fields, ${report.products} products, ${report.grants.length} grants`,
  });
});

/** Names every fault of the files, with file and line; needs no running hub. */
export const check: Work<{ config?: string }> = async ({ output, options }) => {
  const folder = options.config ?? (await readSettings()).HUSHU_CONFIG;
  const { faults } = readSharingConfig(folder, (await supplyOf(folder)).fields);
  output.data(faults, () => faults.map(({ file, line, text }) => `${file}:${line} ${output.word(text)}`).join('\n'));
  return faults.length === 0 ? EXIT.ok : EXIT.failed;
};

/** What the district's contracts offer to be shared. Throws HUSHU-SHARING-01 when a contract is faulty. */
export async function supplyOf(folder: string): Promise<Supply> {
  const { contracts, faults } = await readContracts(folder);
  if (faults.length > 0) throw faultyConfig(faults.map((fault) => ({ ...fault, file: join(folder, fault.file) })));
  return { fields: publishedFields(contracts), feeds: contracts.map(termsOf) };
}

function termsOf({ feed, title, supplier, freshness }: FeedContract): Supply['feeds'][number] {
  return { feed, title, supplier: { id: supplier.id, zh: supplier.zh, en: supplier.en }, overdueAfterDays: freshness.overdueAfterDays };
}
