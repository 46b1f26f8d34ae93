import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addressPlaces, CodeSet, HubError, parseCodeSet, type AddressPlaces } from '#kernel';
import type { RowContext } from '../row/row-plan.js';
import { RowReader } from '../row/row-reader.js';
import type { DivisionRule } from '../types/value-type.js';
import { amend, type Amendment } from './amendment.js';
import type { FeedCodes } from './code-map.js';
import { definitionOf, type ContractDefinition } from './contract-definition.js';
import type { ContractFault, FeedContract } from './contract.js';
import { readContracts } from './read-contract.js';

interface Parts {
  configDir: string;
  contracts: FeedContract[];
  codes: ReadonlyMap<string, FeedCodes>;
  divisions: CodeSet;
  places: AddressPlaces;
  divisionRule: DivisionRule;
}

interface Version { contract: FeedContract; codes: FeedCodes }

/** A district's feeds, read whole: contracts, their codes, and what rows are read by. */
export class FeedCatalogue {
  /** By feed, as amended. */
  private byId = new Map<string, FeedContract>();
  /** By feed and version: what is in force, and what was. */
  private versions = new Map<string, Version>();

  private constructor(private readonly parts: Parts) {
    this.amend([]);
  }

  get configDir(): string {
    return this.parts.configDir;
  }

  get contracts(): FeedContract[] {
    return [...this.byId.values()];
  }

  /**
   * Puts on top of the folders what people settled: `inForce` by feed, and in `earlier` what was in force in other
   * versions. Contracts that were handed out before stay as they were.
   */
  amend(inForce: readonly { feed: string; amendments: readonly Amendment[] }[], earlier: readonly { feed: string; folderVersion: string; amendments: readonly Amendment[] }[] = []): void {
    const versions = new Map<string, Version>();
    const byId = new Map<string, FeedContract>();
    const put = (folder: FeedContract, amendments: readonly Amendment[]): FeedContract => {
      const made = amend(folder, this.parts.codes.get(folder.feed) ?? new Map(), amendments);
      const name = `${folder.feed} ${made.contract.version}`;
      const version = versions.get(name) ?? this.versions.get(name) ?? made;
      versions.set(name, version);
      return version.contract;
    };
    for (const folder of this.parts.contracts) {
      put(folder, []);
      for (const { folderVersion, amendments } of earlier.filter(({ feed }) => feed === folder.feed)) if (folderVersion === folder.version) put(folder, amendments);
      byId.set(folder.feed, put(folder, inForce.filter(({ feed }) => feed === folder.feed).flatMap(({ amendments }) => amendments)));
    }
    this.byId = byId;
    this.versions = versions;
  }

  /** Whether any of these amendments still says something that the feed's folder does not. */
  stands(feed: string, amendments: readonly Amendment[]): boolean {
    const folder = this.parts.contracts.find((contract) => contract.feed === feed);
    return folder !== undefined && amend(folder, this.parts.codes.get(feed) ?? new Map(), amendments).contract !== folder;
  }

  /** The contract as it read in some version, where it can still be had: the folder is the same, the amendments are known. */
  ofVersion(feed: string, version: string): FeedContract | undefined {
    return this.versions.get(`${feed} ${version}`)?.contract;
  }

  /** The contracts with their code lists, as plain data. */
  get definitions(): ContractDefinition[] {
    return this.contracts.map((contract) => definitionOf(contract, this.codesOf(contract)));
  }

  get divisions(): CodeSet {
    return this.parts.divisions;
  }

  get places(): AddressPlaces {
    return this.parts.places;
  }

  /** @throws HubError HUSHU-FEEDS-10 with every fault in `details.faults` when the district's config is not sound */
  static async load(configDir: string): Promise<FeedCatalogue> {
    const { contracts, codes, faults } = await readContracts(configDir);
    if (faults.length > 0) throw unsound(faults);
    const { codes: divisions } = parseCodeSet(await readFile(join(configDir, 'codes', 'division.csv'), 'utf8'), 'codes/division.csv');
    const detailed = new Set(divisions.list().filter((d) => d.code.length > 6).map((d) => d.code.slice(0, 6)));
    const district = [...detailed][0] ?? '';
    return new FeedCatalogue({
      configDir, contracts, codes, divisions,
      places: addressPlaces(divisions, district),
      divisionRule: {
        known: new Set(divisions.list().flatMap((d) => (d.code.endsWith('0000') && d.code.length === 6 ? [d.code, d.code.slice(0, 2)] : [d.code]))),
        detailed,
      },
    });
  }

  find(feed: string): FeedContract | undefined {
    return this.byId.get(feed);
  }

  /** @throws HubError HUSHU-FEEDS-11 */
  get(feed: string): FeedContract {
    const contract = this.byId.get(feed);
    if (contract !== undefined) return contract;
    throw new HubError({
      code: 'HUSHU-FEEDS-11', zh: `没有名为 ${feed} 的数据源`, en: `There is no feed ${feed}`,
      hintZh: `可用的数据源: ${[...this.byId.keys()].join(', ')}`, hintEn: `Feeds here: ${[...this.byId.keys()].join(', ')}`,
    });
  }

  /** @param latestDate last date that is not in the future, yyyymmdd */
  rowReader(contract: FeedContract, latestDate: number): RowReader {
    const lists = this.codesOf(contract);
    const context: RowContext = {
      codes: new Map(contract.fields.flatMap((field) => (field.codes === undefined ? [] : [[field.column, lists.get(field.codes)?.entries ?? new Map()] as const]))),
      divisions: this.parts.divisionRule,
      places: this.places,
    };
    return new RowReader(contract, context, latestDate);
  }

  /** Code lists go with the version: a contract that was amended meanwhile is read by its own to the end. */
  private codesOf({ feed, version }: FeedContract): FeedCodes {
    return this.versions.get(`${feed} ${version}`)?.codes ?? this.parts.codes.get(feed) ?? new Map();
  }

  /** The feed whose columns these are, when they are another's: a file handed in under the wrong name. */
  feedOfColumns(columns: string[]): string | null {
    const set = new Set(columns);
    for (const contract of this.contracts) {
      if (contract.fields.length === set.size && contract.fields.every((field) => set.has(field.column))) return contract.feed;
    }
    return null;
  }
}

/** A feed's name in relations: `medical-insurance` → `medical_insurance`. */
export function feedRelation(feed: string): string {
  return feed.replaceAll('-', '_');
}

function unsound(faults: ContractFault[]): HubError {
  return new HubError({
    code: 'HUSHU-FEEDS-10',
    zh: `数据源契约有 ${faults.length} 处错误`, en: `The feed contracts have ${faults.length} faults`,
    hintZh: '运行 hushu feed check 查看每处错误所在的文件与行', hintEn: 'Run hushu feed check to see each with its file and line',
    details: { faults },
  });
}
