import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HubError } from '#kernel';
import { Keys, readStatement } from '#keys';
import { neighbourHub, readNeighbours } from './neighbours.js';

const keys = new Keys(new Map([[1, Buffer.alloc(32, 3)]]));
const SOUND = [
  'hub: zibo', 'title: { zh: 淄博市, en: Zibo }', 'relation: upstream', `keys: [${keys.hubSigner().publicKey}]`, 'url: https://hub.zibo.example/base', 'credential: zibo-exchange',
  'gives:', '  - { feed: marriage, product: marriage }', '',
];

describe('the neighbours of a hub', () => {
  let config: string;
  const put = (file: string, text: string): void => {
    mkdirSync(join(config, file, '..'), { recursive: true });
    writeFileSync(join(config, file), text);
  };
  beforeEach(() => {
    config = mkdtempSync(join(tmpdir(), 'hushu-neighbours-'));
    put('settings/hub.yaml', 'hub: zhoucun\ntitle: { zh: 周村区, en: Zhoucun }\n');
    put('feeds/marriage/feed.yaml', 'feed: marriage\n');
    put('products/marriage.yaml', 'product: marriage\nshare: { class: conditional }\n');
    put('products/health.yaml', 'product: health\nshare: { class: none }\n');
  });
  afterEach(() => rmSync(config, { recursive: true, force: true }));

  const faults = async (...changes: [from: string | RegExp, to: string][]): Promise<string[]> => {
    put('hubs/zibo.yaml', changes.reduce((text, [from, to]) => text.replace(from, to), SOUND.join('\n')));
    const error = await readNeighbours(config).then(() => null, (thrown: HubError) => thrown);
    return ((error?.details as { faults: { file: string; line: number; rule: string }[] } | undefined)?.faults ?? []).map(({ file, line, rule }) => `${file}:${line} ${rule}`);
  };

  it('are none where none is entered, and need no name then', async () => {
    rmSync(join(config, 'settings'), { recursive: true });
    expect(await readNeighbours(config)).toEqual({ self: null, list: [] });
  });

  it('are read whole, and called and signed to as they say', async () => {
    put('hubs/zibo.yaml', SOUND.join('\n'));
    const neighbours = await readNeighbours(config);
    expect(neighbours).toMatchObject({ self: { hub: 'zhoucun' }, list: [{ hub: 'zibo', relation: 'upstream', call: { credential: 'zibo-exchange', ca: null }, gives: [{ feed: 'marriage', product: 'marriage' }] }] });
    const hub = neighbourHub(neighbours, keys, 'zibo');
    expect([hub.self, hub.url.href]).toEqual(['zhoucun', 'https://hub.zibo.example/base']);
    expect(readStatement(hub.sign('hushu-receipt', { a: 1 }), 'hushu-receipt', hub.keys)).toEqual({ says: { a: 1 } });
    expect(() => neighbourHub(neighbours, keys, 'elsewhere')).toThrow('HUSHU-EXCHANGE-02');
  });

  it('that only call us are not called', async () => {
    put('hubs/zibo.yaml', SOUND.filter((line) => !/^(url|credential)/.test(line)).join('\n'));
    const neighbours = await readNeighbours(config);
    expect(neighbours.list[0]!.call).toBeNull();
    expect(() => neighbourHub(neighbours, keys, 'zibo')).toThrow('HUSHU-EXCHANGE-02');
  });

  it.each<[string, [string | RegExp, string][], string[]]>([
    ['a key that is none', [[/keys: .*/, 'keys: [abc]']], ['hubs/zibo.yaml:4 key-shape']],
    ['an address in clear', [['https:', 'http:']], ['hubs/zibo.yaml:5 url-insecure']],
    ['an address without a credential', [[/credential: .*/, '']], ['hubs/zibo.yaml:5 key-missing']],
    ['another name than the file\'s', [['hub: zibo', 'hub: jinan']], ['hubs/zibo.yaml:1 name-differs']],
    ['our own name', [['hub: zibo', 'hub: zhoucun']], ['hubs/zibo.yaml:1 name-differs', 'hubs/zibo.yaml:1 name-own']],
    ['a feed there is none of', [['feed: marriage', 'feed: yachts']], ['hubs/zibo.yaml:8 feed-unknown']],
    ['a product there is none of', [['product: marriage', 'product: yachts']], ['hubs/zibo.yaml:8 product-unknown']],
    ['a product that is not shared', [['product: marriage', 'product: health']], ['hubs/zibo.yaml:8 product-not-shared']],
    ['a feed twice', [['  - {', '  - { feed: marriage, product: marriage }\n  - {']], ['hubs/zibo.yaml:9 name-repeated']],
    ['a key nobody knows', [['relation: upstream', 'relation: beside\ncolour: red']], ['hubs/zibo.yaml:3 value-unknown', 'hubs/zibo.yaml:4 key-unknown']],
  ])('refuses %s, with its line', async (_what, changes, found) => {
    expect((await faults(...changes)).sort()).toEqual(found);
  });

  it('need a name of our own', async () => {
    rmSync(join(config, 'settings/hub.yaml'));
    expect(await faults()).toEqual(['settings/hub.yaml:1 file-missing']);
  });
});
