import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditWriter, openAccessCases, type Scope } from '#access';
import { systemClock } from '#kernel';
import { CredentialStore, loadKeys } from '#keys';
import { freePort, TestHub } from './hub.js';

const ROOT = join(import.meta.dirname, '../..');
const LIBRARY = 'library-card';
const MEDICAL = 'medical-insurance';

/** A client of one hub at the other. */
export interface Pass { id: string; secret: string }

interface Settled { name: 'city' | 'district'; data: string; port: number; key: string }

/**
 * A district below its city, both running. The district gives medical insurance up; the city returns library cards
 * (回流), which in the district's contract have `origin: city-return`. Each has a client at the other.
 */
export class TwoHubs {
  private constructor(readonly folder: string, readonly city: TestHub, readonly district: TestHub, readonly passes: { city: Pass; district: Pass }) {}

  static async start(): Promise<TwoHubs> {
    const folder = mkdtempSync(join(tmpdir(), 'hushu-two-'));
    const settle = async (name: Settled['name']): Promise<Settled> => {
      const data = join(folder, name);
      return { name, data, port: await freePort(), key: (await loadKeys(join(data, 'keys'))).hubSigner().publicKey };
    };
    const [city, district] = [await settle('city'), await settle('district')];
    const started = await Promise.allSettled([
      TestHub.start(configOf(folder, city, district, { gives: LIBRARY, takes: MEDICAL }), city),
      TestHub.start(configOf(folder, district, city, { gives: MEDICAL, takes: LIBRARY }), district),
    ]);
    const [up, down] = started.map((one) => (one.status === 'fulfilled' ? one.value : null));
    if (!up || !down) {
      await Promise.all([up?.close(), down?.close()]);
      throw (started.find((one) => one.status === 'rejected') as PromiseRejectedResult).reason;
    }
    const passes = { city: await passFor(up, 'district', down), district: await passFor(down, 'city', up) };
    return new TwoHubs(folder, up, down, passes);
  }

  /** An access token of whoever holds a pass. */
  async token(at: TestHub, { id, secret }: Pass): Promise<string> {
    const { body } = await at.api<{ access_token: string }>('/oauth/token', {
      method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }, body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return body.access_token;
  }

  async close(): Promise<void> {
    await Promise.all([this.city.close(), this.district.close()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Makes a client of `whose` at a hub and leaves its secret where that one looks for it. */
async function passFor(at: TestHub, whose: Settled['name'], holder: TestHub): Promise<Pass> {
  const pass = await clientAt(at, 'exchange', whose);
  await new CredentialStore(join(holder.data, 'credentials'), holder.keys.sealer()).set('neighbour', `${pass.id}:${pass.secret}`);
  return pass;
}

/** As `hushu client create` does. */
export async function clientAt({ database, keys }: TestHub, scope: Scope, neighbour?: string): Promise<Pass> {
  const audit = new AuditWriter(database, keys, systemClock);
  const cases = await openAccessCases(database, keys, audit, systemClock);
  try {
    const { client, secret } = await cases.createClient({ department: 'data-office', scopes: [scope], ...(neighbour !== undefined && { neighbour }) });
    return { id: client.id, secret: secret! };
  } finally {
    await cases.close();
    await audit.end();
  }
}

/** Two feeds, what they need, and the neighbour. */
function configOf(folder: string, own: Settled, other: Settled, { gives, takes }: { gives: string; takes: string }): string {
  const config = join(folder, `config-${own.name}`);
  const write = (file: string, text: string): void => {
    mkdirSync(join(config, file, '..'), { recursive: true });
    writeFileSync(join(config, file), text);
  };
  for (const part of ['codes', 'departments']) cpSync(join(ROOT, 'config', part), join(config, part), { recursive: true });
  for (const list of ['card-kind', 'card-status']) cpSync(join(ROOT, 'test/codes', `${list}.csv`), join(config, 'codes', `${list}.csv`));
  const divisions = ['config', 'test'].flatMap((place) => readFileSync(join(ROOT, place, 'codes/division.csv'), 'utf8').trimEnd().split('\n'));
  write('codes/division.csv', `${[...new Map(divisions.map((line) => [line.split(',')[0], line])).values()].join('\n')}\n`);
  cpSync(join(ROOT, 'config/feeds', MEDICAL), join(config, 'feeds', MEDICAL), { recursive: true });
  cpSync(join(ROOT, 'test/feeds', LIBRARY), join(config, 'feeds', LIBRARY), { recursive: true });
  const taken = readFileSync(join(config, 'feeds', takes, 'feed.yaml'), 'utf8').replace(/^transport: .*$/m, `transport: { kind: hub, hub: ${other.name} }`);
  write(`feeds/${takes}/feed.yaml`, own.name === 'district' ? taken.replace(/^origin: .*$/m, 'origin: city-return') : taken);
  const product = readFileSync(join(ROOT, 'config/products/medical-insurance.yaml'), 'utf8');
  write('products/medical-insurance.yaml', product);
  write('products/library.yaml', product.replace(/^product: .*$/m, 'product: library').replace(/^fields: .*$/m, 'fields: [library]').replace(/^code: .*$/m, 'code: 370399/000901'));
  write('settings/hub.yaml', `hub: ${own.name}\ntitle: { zh: ${own.name}, en: ${own.name} }\n`);
  write(`hubs/${other.name}.yaml`, [
    `hub: ${other.name}`, `title: { zh: ${other.name}, en: ${other.name} }`, `relation: ${other.name === 'city' ? 'upstream' : 'downstream'}`, `keys: [${other.key}]`,
    `url: http://localhost:${other.port}`, 'insecure: true', 'credential: neighbour', `gives: [{ feed: ${gives}, product: ${gives === LIBRARY ? 'library' : gives} }]`, '',
  ].join('\n'));
  return config;
}
