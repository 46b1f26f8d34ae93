import { stampOn, dayOf } from '../calendar/days.js';
import type { Block } from '../people/block.js';
import type { Address } from '../place/address.js';
import { mix } from '../random/rng.js';
import { ChangeList, type FeedSource } from './feed-source.js';
import { policeStation } from './police-station.js';

export interface AddressRecord { address: Address; seed: number; status: string; updated: number }

/** The police register of standard addresses: every unit of the block, lived in or not. */
export class StandardAddressFeed implements FeedSource<AddressRecord> {
  readonly feed = 'standard-address';
  readonly manner = 'full-delta' as const;
  private block: Block | null = null;
  private list: AddressRecord[] = [];
  private readonly changed = new ChangeList<AddressRecord>();

  readonly cells: FeedSource<AddressRecord>['cells'] = {
    标准地址编码: (r) => r.address.code,
    区划: (r) => r.address.village.town,
    居村委会代码: (r) => r.address.village.code,
    派出所代码: (r) => policeStation(r.address.village.town),
    门楼牌: (r) => r.address.plate,
    户室: (r) => r.address.room,
    地址全称: (r) => r.address.full,
    经度: (r) => r.address.longitude,
    纬度: (r) => r.address.latitude,
    状态: (r) => r.status,
    更新时间: (r) => stampOn(r.updated, r.seed),
  };

  begin(block: Block): void {
    this.block = block;
    this.changed.clear();
    this.list = [];
    for (let unit = 0; unit < block.units; unit++) this.list.push(this.made(block, unit));
  }

  private made(block: Block, unit: number): AddressRecord {
    const seed = mix(block.world.seed ^ 0x5add, block.index, unit);
    const earliest = dayOf(2016, 1, 1);
    const status = seed % 200 === 0 ? '2' : '1';
    return { address: block.address(unit), seed, status, updated: earliest + (seed % (block.world.start - 1 - earliest)) };
  }

  on(): void {}

  /** A new door: as yet nobody's. */
  build(day: number): void {
    if (this.block === null) return;
    const record = this.made(this.block, this.list.length);
    record.status = '1';
    record.updated = day;
    this.list.push(record);
    this.changed.note(record, 'add');
  }

  pullDown(day: number): void {
    const record = this.list.find((r) => r.status === '2');
    if (!record) return;
    record.status = '3';
    record.updated = day;
    this.changed.note(record, 'change');
  }

  records(): Iterable<AddressRecord> {
    return this.list;
  }

  changes() {
    return this.changed.take();
  }

  roles(): readonly [] {
    return [];
  }

  identity(r: AddressRecord): number {
    return r.seed;
  }
}
