import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readConfigFile, type ContractFault, type NeighbourHub, type Shape } from '#feeds';
import { HubError, type Text } from '#kernel';
import { hubKeyOf, signStatement, type Keys } from '#keys';

/** Another hub, as one file of the district says. */
export interface Neighbour {
  hub: string;
  title: Text;
  relation: 'upstream' | 'downstream';
  /** Public keys by which it signs, base64url. */
  keys: string[];
  /** Where and as whom it is called; null: it only calls us. */
  call: { url: URL; ca: string | null; credential: string } | null;
  /** Our feeds it may take, each under an entry of our catalogue. */
  gives: { feed: string; product: string }[];
}

export interface Neighbours {
  /** What this hub is called by the others; null where it has no neighbour. */
  self: { hub: string; title: Text } | null;
  list: readonly Neighbour[];
}

const text: Shape = { is: 'text' };
const words: Shape = { is: 'keys', required: { zh: text, en: text } };
const name: Shape = { is: 'text', like: /^[a-z][a-z0-9-]{0,62}$/ };
const SELF: Shape = { is: 'keys', required: { hub: name, title: words } };
const NEIGHBOUR: Shape = {
  is: 'keys', required: { hub: name, title: words, relation: { is: 'text', oneOf: ['upstream', 'downstream'] }, keys: { is: 'list', of: text, min: 1 } },
  optional: {
    url: { is: 'text', like: /^https?:\/\/[^\s@?#]+$/ }, insecure: { is: 'flag' }, ca: text, credential: text,
    gives: { is: 'list', of: { is: 'keys', required: { feed: name, product: name } } },
  },
};

type Raw = Omit<Neighbour, 'call' | 'gives'> & { url?: string; insecure?: boolean; ca?: string; credential?: string; gives?: Neighbour['gives'] };

/**
 * `hubs/*.yaml` of a district, and `settings/hub.yaml`: what it is called itself. No file, no neighbour.
 * @throws HubError HUSHU-EXCHANGE-01 with every fault, its file and line
 */
export async function readNeighbours(configDir: string): Promise<Neighbours> {
  const files = (await readdir(join(configDir, 'hubs')).catch(() => [])).filter((file) => /\.ya?ml$/.test(file)).sort();
  if (files.length === 0) return { self: null, list: [] };
  const faults: ContractFault[] = [];
  const own = await readFile(join(configDir, 'settings', 'hub.yaml'), 'utf8').catch(() => null);
  if (own === null) {
    faults.push({ file: 'settings/hub.yaml', line: 1, rule: 'file-missing', text: { zh: '有相邻枢纽而未写明本枢纽的名称', en: 'there are neighbours, but nothing says what this hub is called' } });
  }
  const read = own === null ? undefined : readConfigFile('settings/hub.yaml', own, SELF);
  faults.push(...read?.faults ?? []);
  const self = read?.value as Neighbours['self'] | undefined ?? null;
  const list: Neighbour[] = [];
  for (const file of files) {
    const neighbour = await readNeighbour(configDir, file, self?.hub, faults);
    if (neighbour !== null) list.push(neighbour);
  }
  if (faults.length > 0) throw faulty(faults);
  return { self, list };
}

async function readNeighbour(configDir: string, file: string, self: string | undefined, faults: ContractFault[]): Promise<Neighbour | null> {
  const { value, faults: found, fault } = readConfigFile(`hubs/${file}`, await readFile(join(configDir, 'hubs', file), 'utf8'), NEIGHBOUR);
  const raw = value as Raw | undefined;
  if (raw !== undefined && found.length === 0) check(configDir, file, raw, self, fault);
  faults.push(...found);
  if (raw === undefined || found.length > 0) return null;
  const { hub, title, relation, keys, url, ca, credential, gives = [] } = raw;
  const call = url === undefined ? null : { url: new URL(url), ca: ca === undefined ? null : resolve(configDir, ca), credential: credential! };
  return { hub, title, relation, keys, call, gives };
}

/** What the shape alone cannot say. */
function check(configDir: string, file: string, raw: Raw, self: string | undefined, fault: ReturnType<typeof readConfigFile>['fault']): void {
  const stem = file.replace(/\.ya?ml$/, '');
  if (raw.hub !== stem) fault(['hub'], 'name-differs', `与文件名 ${stem} 不符`, `differs from the file's name ${stem}`);
  if (raw.hub === self) fault(['hub'], 'name-own', '这是本枢纽自己的名称', 'this is what this hub is called itself');
  raw.keys.forEach((key, i) => {
    if (hubKeyOf(key) === null) fault(['keys', i], 'key-shape', '不是 Ed25519 公钥（对方运行 hushu hub key 所得）', 'not an Ed25519 public key, as hushu hub key of the neighbour prints it');
  });
  if ((raw.url === undefined) !== (raw.credential === undefined)) fault(raw.url === undefined ? ['credential'] : ['url'], 'key-missing', 'url 与 credential 须同时写明', 'url and credential go together');
  if (raw.url?.startsWith('http:') === true && raw.insecure !== true) fault(['url'], 'url-insecure', '须用 https；确需明文时写明 insecure: true', 'must be https; say insecure: true if it really cannot');
  const given = new Set<string>();
  for (const [i, { feed, product }] of (raw.gives ?? []).entries()) {
    if (given.has(feed)) fault(['gives', i, 'feed'], 'name-repeated', `数据源 ${feed} 重复`, `the feed ${feed} stands twice`);
    given.add(feed);
    if (!existsSync(join(configDir, 'feeds', feed, 'feed.yaml'))) fault(['gives', i, 'feed'], 'feed-unknown', `没有数据源 ${feed}`, `there is no feed ${feed}`);
    const shared = shareClassOf(configDir, product);
    if (shared === null) fault(['gives', i, 'product'], 'product-unknown', `没有目录资源 ${product}`, `there is no product ${product}`);
    else if (shared === 'none') fault(['gives', i, 'product'], 'product-not-shared', `目录资源 ${product} 不予共享`, `the product ${product} is not shared`);
  }
}

/** How a product is classed for sharing; null where there is none of that name. What else is wrong with it is told where products are loaded. */
function shareClassOf(configDir: string, product: string): string | null {
  const path = join(configDir, 'products', `${product}.yaml`);
  if (!existsSync(path)) return null;
  const { value } = readConfigFile(`products/${product}.yaml`, readFileSync(path, 'utf8'), { is: 'keys', required: {}, open: true });
  return String((value as { share?: { class?: unknown } } | undefined)?.share?.class ?? '');
}

/** A neighbour as transports and lines call it. @throws HubError HUSHU-EXCHANGE-02 where it is not one we call */
export function neighbourHub(neighbours: Neighbours, keys: Keys, hub: string): NeighbourHub {
  const found = neighbours.list.find((one) => one.hub === hub);
  if (found?.call === null || found === undefined || neighbours.self === null) {
    throw new HubError({
      code: 'HUSHU-EXCHANGE-02', details: { hub }, zh: `没有登记相邻枢纽 ${hub}，或没有写明其地址`, en: `There is no neighbour ${hub}, or nothing says where it is`,
      hintZh: `在 config/hubs/${hub}.yaml 中写明 url 与 credential 后重启`, hintEn: `Say its url and credential in config/hubs/${hub}.yaml and start again`,
    });
  }
  return { hub, self: neighbours.self.hub, ...found.call, keys: found.keys, sign: (kind, says) => signStatement(keys.hubSigner(), kind, says) };
}

function faulty(faults: readonly ContractFault[]): HubError {
  const list = faults.map(({ file, line, text: { zh, en } }) => ({ zh: `${file}:${line} ${zh}`, en: `${file}:${line} ${en}` }));
  return new HubError({
    code: 'HUSHU-EXCHANGE-01', zh: `相邻枢纽的登记有误:\n  ${list.map(({ zh }) => zh).join('\n  ')}`, en: `The neighbours are entered wrongly:\n  ${list.map(({ en }) => en).join('\n  ')}`,
    hintZh: '改正 config/hubs 与 config/settings/hub.yaml 后重启', hintEn: 'Correct config/hubs and config/settings/hub.yaml, then start again', details: { faults },
  });
}
