import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfigFile, type Shape } from '#feeds';
import { HubError } from '#kernel';

export interface Channel {
  name: string;
  kind: 'webhook' | 'email';
  /** Feeds it is told of; all when missing. */
  feeds?: string[];
  /** webhook: where to, https unless `insecure`. */
  url?: string;
  insecure?: boolean;
  /** webhook: name of the credential with the signing secret (whsec_…); e-mail: of the login's password. */
  credential?: string;
  smtp?: { host: string; port?: number; secure?: boolean; user?: string };
  from?: string;
  to?: string[];
}

export interface AlertSettings {
  /** Seconds news may wait for more, so that one message tells of all. */
  digestSeconds: number;
  channels: Channel[];
}

const text: Shape = { is: 'text' };
const SHAPE: Shape = {
  is: 'keys', required: {}, optional: {
    digestSeconds: { is: 'integer', min: 0, max: 86_400 },
    channels: {
      is: 'list', of: {
        is: 'keys', required: { name: { is: 'text', like: /^[a-z][a-z0-9-]*$/ }, kind: { is: 'text', oneOf: ['webhook', 'email'] } },
        optional: {
          feeds: { is: 'list', of: text }, url: { is: 'text', like: /^https?:\/\/[^\s@]+$/ }, insecure: { is: 'flag' }, credential: text, from: text, to: { is: 'list', of: text, min: 1 },
          smtp: { is: 'keys', required: { host: text }, optional: { port: { is: 'integer', min: 1, max: 65_535 }, secure: { is: 'flag' }, user: text } },
        },
      },
    },
  },
};

/**
 * `settings/alerts.yaml` of a district; nobody is told anything where there is none.
 * @throws HubError HUSHU-WATCH-01 with every fault, its file and line
 */
export async function readAlertSettings(configDir: string): Promise<AlertSettings> {
  const source = await readFile(join(configDir, 'settings', 'alerts.yaml'), 'utf8').catch(() => null);
  if (source === null) return { digestSeconds: 60, channels: [] };
  const { value, faults, fault } = readConfigFile('settings/alerts.yaml', source, SHAPE);
  const settings = value as Partial<AlertSettings> | undefined;
  const names = new Set<string>();
  for (const [i, channel] of (settings?.channels ?? []).entries()) {
    const path = ['channels', i];
    if (names.has(channel.name)) fault([...path, 'name'], 'name-repeated', `渠道 “${channel.name}” 重复`, `there are two channels "${channel.name}"`);
    names.add(channel.name);
    const needs = channel.kind === 'webhook' ? ['url', 'credential'] as const : ['smtp', 'from', 'to'] as const;
    for (const key of needs) if (channel[key] === undefined) fault(path, 'key-missing', `渠道 “${channel.name}” 缺少 “${key}”`, `the channel "${channel.name}" lacks "${key}"`);
    if (channel.url?.startsWith('http:') === true && channel.insecure !== true) {
      fault([...path, 'url'], 'url-insecure', '须用 https；确需明文时写明 insecure: true', 'must be https; say insecure: true if it really cannot');
    }
  }
  if (faults.length > 0) {
    const list = faults.map(({ file, line, text: { zh, en } }) => ({ zh: `${file}:${line} ${zh}`, en: `${file}:${line} ${en}` }));
    throw new HubError({
      code: 'HUSHU-WATCH-01', zh: `提醒设置有误:\n  ${list.map(({ zh }) => zh).join('\n  ')}`, en: `The alert settings are wrong:\n  ${list.map(({ en }) => en).join('\n  ')}`,
      hintZh: '改正 config/settings/alerts.yaml 后重启', hintEn: 'Correct config/settings/alerts.yaml and start again', details: { faults },
    });
  }
  return { digestSeconds: settings?.digestSeconds ?? 60, channels: settings?.channels ?? [] };
}
