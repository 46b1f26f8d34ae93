import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { HubError } from '#kernel';
import type { GatewaySettings } from './gateway-settings.js';
import type { HubSettings } from './hub-settings.js';
import type { WorkerSettings } from './worker-settings.js';

export type Settings = Readonly<HubSettings> & {
  /** The root of the checkout or image: where architecture.cjs stands. */
  readonly root: string;
};

/**
 * The settings of this process, checked, with defaults filled in and folders absolute. The one place that reads the
 * environment. Throws HUSHU-SERVICES-15 naming everything that is wrong at once.
 */
export async function readSettings(over: Partial<Record<keyof HubSettings, unknown>> = {}): Promise<Settings> {
  // class-validator takes longer to load than most commands take to run.
  const [{ plainToInstance, validateSync }, { HubSettings }] = await Promise.all([import('./checking.js'), import('./hub-settings.js')]);
  const root = rootFolder();
  const given = Object.fromEntries(
    Object.entries({ ...process.env, ...over }).filter(([name, value]) => NAMES.has(name) && value !== undefined && value !== ''),
  );
  const settings = plainToInstance(HubSettings, {
    HUSHU_PORT: 8080, HUSHU_DATA: join(root, '.hushu'), HUSHU_PEOPLE: 20_000, HUSHU_CONFIG: join(root, 'config'),
    HUSHU_CACHE: join(homedir(), '.cache', 'hushu'), ...given,
  });
  const faults = validateSync(settings);
  if (faults.length > 0) throw wrong(faults.map((fault) => `${fault.property}: ${Object.values(fault.constraints ?? {}).join(', ')}`));
  for (const folder of ['HUSHU_DATA', 'HUSHU_CONFIG', 'HUSHU_CACHE'] as const) settings[folder] = resolve(settings[folder]);
  return Object.assign(settings, { root });
}

/** The worker's own settings, checked. Throws HUSHU-SERVICES-15. */
export async function readWorkerSettings(): Promise<Readonly<WorkerSettings>> {
  const [{ plainToInstance, validateSync }, { WorkerSettings }] = await Promise.all([import('./checking.js'), import('./worker-settings.js')]);
  const { HUSHU_KEEP_DELIVERIES = 'on', HUSHU_CHUNK_ROWS = '100000', HUSHU_TELL_POINTS = 'off', HUSHU_KILL_AT } = process.env;
  const settings = plainToInstance(WorkerSettings, {
    HUSHU_KEEP_DELIVERIES, HUSHU_CHUNK_ROWS, HUSHU_TELL_POINTS, ...(HUSHU_KILL_AT ? { HUSHU_KILL_AT } : {}),
  });
  const faults = validateSync(settings);
  if (faults.length > 0) throw wrong(faults.map((fault) => `${fault.property}: ${Object.values(fault.constraints ?? {}).join(', ')}`));
  return settings;
}

/** The gateway's own settings, checked. Throws HUSHU-SERVICES-15. */
export async function readGatewaySettings(hub: Pick<Settings, 'HUSHU_PORT'>): Promise<Readonly<GatewaySettings>> {
  const [{ plainToInstance, validateSync }, { GatewaySettings }] = await Promise.all([import('./checking.js'), import('./gateway-settings.js')]);
  const { HUSHU_PUBLIC_URL, HUSHU_HOST } = process.env;
  const settings = plainToInstance(GatewaySettings, {
    HUSHU_PUBLIC_URL: HUSHU_PUBLIC_URL || `http://localhost:${hub.HUSHU_PORT}`, HUSHU_HOST: HUSHU_HOST || 'localhost',
  });
  const faults = validateSync(settings);
  if (faults.length > 0) throw wrong(faults.map((fault) => `${fault.property}: ${Object.values(fault.constraints ?? {}).join(', ')}`));
  return settings;
}

/** The environment a child process is born with. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env };
}

/** A credential the environment holds, HUSHU_CREDENTIAL_<NAME>, with underscores; it wins over what is kept. */
export function credentialSetting(name: string): string | null {
  return process.env[`HUSHU_CREDENTIAL_${name.toUpperCase().replaceAll('-', '_')}`] || null;
}

/** Whether people at this terminal read Chinese. */
export function prefersChinese(): boolean {
  return /^zh/i.test(process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || '');
}

const NAMES: ReadonlySet<string> = new Set<keyof HubSettings>([
  'HUSHU_PORT', 'HUSHU_DATA', 'HUSHU_PEOPLE', 'HUSHU_CONFIG', 'HUSHU_CACHE', 'DATABASE_URL', 'REDIS_URL',
]);

function rootFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'architecture.cjs')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

function wrong(faults: string[]): HubError {
  return new HubError({
    code: 'HUSHU-SERVICES-15',
    zh: `设置有误:\n  ${faults.join('\n  ')}`,
    en: `Settings are wrong:\n  ${faults.join('\n  ')}`,
    hintZh: '改正环境变量后重试',
    hintEn: 'Correct the environment variables and try again',
    details: faults,
  });
}
