import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { mix } from '../random/rng.js';

export interface Village {
  /** 12 digits. */
  code: string;
  /** 9 digits. */
  town: string;
  county: string;
  townName: string;
  /** The committee's name without its ending. */
  name: string;
  urban: boolean;
  /** Place among its town's villages. */
  rank: number;
  /** How many villages the town has. */
  siblings: number;
  /** Province to township, as written before the rest of an address. */
  prefix: string;
}

export interface Elsewhere { code: string; name: string; relation: 'city' | 'province' | 'country' }

/** The district and what lies around it, read from config/codes/division.csv. */
export interface Territory {
  villages: Village[];
  /** Village index of each block, and the block's place among its village's blocks. */
  villageOf: Int32Array;
  ordinalOf: Int32Array;
  /** 4 digits of the district's prefecture. */
  prefecture: string;
  /** Whole names, province to county, by county code. */
  elsewhere: Elsewhere[];
  nameOf: ReadonlyMap<string, string>;
}

/** @param config the config folder @param blocks how many blocks of people there are */
export function readTerritory(config: string, blocks: number, seed: number): Territory {
  const file = join(config, 'codes', 'division.csv');
  const names = new Map<string, string>();
  const parents = new Map<string, string>();
  for (const line of readFileSync(file, 'utf8').split(/\r?\n/).slice(1)) {
    const [code, name] = line.split(',');
    if (!code) continue;
    names.set(code, name);
    parents.set(code, line.slice(line.lastIndexOf(',') + 1));
  }
  const above = (code: string): string => {
    const parts: string[] = [];
    for (let at: string | undefined = code; at && names.has(at); at = parents.get(at)) parts.unshift(names.get(at)!);
    return parts.join('');
  };

  const codes = [...names.keys()].filter((code) => code.length === 12);
  if (codes.length === 0) {
    throw new HubError({
      code: 'HUSHU-POPULATION-01',
      zh: `${file} 中没有村居代码（12 位），无法模拟人口。`,
      en: `${file} lists no village (12 digits), so nobody can live anywhere.`,
      retry: false,
    });
  }
  const ofTown = new Map<string, number>();
  const villages = codes.map((code): Village => {
    const town = code.slice(0, 9);
    const rank = ofTown.get(town) ?? 0;
    ofTown.set(town, rank + 1);
    const whole = names.get(code)!;
    return {
      code, town, county: code.slice(0, 6), townName: names.get(town) ?? '', rank, siblings: 0,
      name: whole.replace(/(居民委员会|村民委员会|居委会|村委会|委员会)$/, ''),
      urban: /(社区|居民委员会|居委会)/.test(whole),
      prefix: above(town),
    };
  });
  for (const village of villages) village.siblings = ofTown.get(village.town)!;

  const counties = new Set(villages.map((v) => v.county));
  const prefecture = villages[0].county.slice(0, 4);
  const elsewhere = [...names.keys()]
    .filter((code) => code.length === 6 && !counties.has(code) && !/^(71|81|82)/.test(code))
    .filter((code) => code !== `${prefecture}00` && code !== `${prefecture.slice(0, 2)}0000`)
    .map((code): Elsewhere => ({
      code,
      name: above(code),
      relation: code.startsWith(prefecture) ? 'city' : code.startsWith(prefecture.slice(0, 2)) ? 'province' : 'country',
    }));
  return { villages, ...deal(villages, blocks, seed), prefecture, elsewhere, nameOf: names };
}

/** Blocks go to villages by weight along a golden-ratio sequence, so that few blocks already spread over all towns. */
function deal(villages: Village[], blocks: number, seed: number): { villageOf: Int32Array; ordinalOf: Int32Array } {
  const sums: number[] = [];
  let sum = 0;
  for (const v of villages) sums.push((sum += (v.urban ? 6 : 1) * (0.5 + mix(seed, Number(v.code.slice(6)), 77) / 4294967296)));
  const villageOf = new Int32Array(blocks);
  const ordinalOf = new Int32Array(blocks);
  const count = new Int32Array(villages.length);
  for (let b = 0; b < blocks; b++) {
    const x = ((b * 0.6180339887498949 + 0.5) % 1) * sum;
    let v = 0;
    while (sums[v] <= x && v < villages.length - 1) v++;
    villageOf[b] = v;
    ordinalOf[b] = count[v]++;
  }
  return { villageOf, ordinalOf };
}
