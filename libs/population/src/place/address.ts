import { mix, pick, share } from '../random/rng.js';
import type { Territory, Village } from './territory.js';

/** A room or a house, with its standard address. */
export interface Address {
  block: number;
  unit: number;
  code: string;
  village: Village;
  /** Street and door plate, without the part above. */
  plate: string;
  /** Building, unit and room; empty for a house. */
  room: string;
  full: string;
  longitude: string;
  latitude: string;
}

const ROADS = ['新建路', '和平路', '胜利路', '育才路', '建设街', '东门路', '工农路', '文化街', '站前路', '桃园路', '兴业路', '滨河路', '柳园街', '向阳路', '民生街', '创业路', '迎宾路', '朝阳街', '长青路', '康宁路'];
const ESTATE_FIRST = ['锦绣', '桃园', '幸福', '阳光', '丽景', '金泰', '银杏', '凤凰', '紫荆', '康乐', '翠湖', '鸿福', '瑞景', '吉祥', '东方', '龙泉', '温馨', '祥和', '嘉苑', '绿城', '盛世', '御景', '学府', '水岸', '华庭', '明珠', '丰泽', '馨园', '悦来', '合欢'];
const ESTATE_LAST = ['花园', '小区', '家园', '新村', '苑', '公寓', '佳园', '名城', '府邸', '雅居'];

/**
 * Where people live: an address is a function of (seed, block, unit), so any block can name a home in another
 * without asking it. A block's first `guests` units are kept for people from elsewhere.
 */
export class Gazetteer {
  constructor(
    private readonly territory: Territory,
    private readonly seed: number,
  ) {}

  at(block: number, unit: number): Address {
    const village = this.territory.villages[this.territory.villageOf[block]];
    const ordinal = this.territory.ordinalOf[block];
    const place = village.urban ? this.estate(village, ordinal, unit) : house(village, ordinal, unit);
    const code = `${village.code}${pad(ordinal, 5)}${pad(unit, 5)}`;
    // A plane of its own: villages on a grid a kilometre apart, a few metres between neighbours.
    const v = this.territory.villageOf[block];
    const longitude = 117.5 + (v % 20) * 0.011 + share(this.seed, v, 5) * 0.004 + (unit % 50) * 0.00008;
    const latitude = 36.6 + Math.floor(v / 20) * 0.009 + share(this.seed, v, 6) * 0.003 + (ordinal % 40) * 0.00008;
    return { block, unit, code, village, ...place, full: village.prefix + place.plate + place.room, longitude: longitude.toFixed(6), latitude: latitude.toFixed(6) };
  }

  /** Blocks of flats: two blocks of people share an estate, a building has 4 to 17 floors. */
  private estate(village: Village, ordinal: number, unit: number): { plate: string; room: string } {
    const estate = ordinal >> 1;
    const road = ROADS[(estate * 7 + village.rank * 3) % ROADS.length];
    const number = 2 * (village.rank + village.siblings * Math.floor(estate / ROADS.length)) + 1;
    const style = mix(this.seed, Number(village.code.slice(4)), estate);
    const floors = style % 5 === 0 ? 17 : style % 3 === 0 ? 11 : 6;
    const perFloor = 2;
    const stairs = floors > 6 ? 2 : 4;
    const rooms = floors * perFloor * stairs;
    const building = Math.floor(unit / rooms) + 1 + (ordinal & 1) * 30;
    const inside = unit % rooms;
    const stair = Math.floor(inside / (floors * perFloor)) + 1;
    const floor = Math.floor((inside % (floors * perFloor)) / perFloor) + 1;
    const door = (inside % perFloor) + 1;
    // Names repeat after 300 estates of one village; the number on the road tells them apart.
    const name = ESTATE_FIRST[(style >>> 8) % ESTATE_FIRST.length] + ESTATE_LAST[(style >>> 16) % ESTATE_LAST.length];
    return { plate: `${road}${number}号${name}`, room: `${building}号楼${stair}单元${floor}0${door}室` };
  }
}

function house(village: Village, ordinal: number, unit: number): { plate: string; room: string } {
  return { plate: `${village.name}${ordinal * 400 + unit + 1}号`, room: '' };
}

/** An address of someone registered far away: no more than a life-like text. */
export function distantAddress(place: string, seed: number): string {
  const road = ROADS[pick(ROADS.length, seed, 31)];
  return `${place}${road}${1 + pick(400, seed, 32)}号`;
}

function pad(n: number, width: number): string {
  return String(n).padStart(width, '0');
}
