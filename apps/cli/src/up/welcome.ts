import type { HubFile, Settings } from '#services';
import type { Output } from '../frame/output.js';

export interface Arrival {
  hub: HubFile;
  settings: Settings;
  output: Output;
  /** No demonstration district, even when the store is empty. */
  empty: boolean;
  signal: AbortSignal;
}

/** Once the hub answers: loads the district's config and, into an empty store, the demonstration; then says what there is. */
export async function welcome({ hub, settings, output, empty, signal }: Arrival): Promise<void> {
  output.say({ zh: `户枢已启动:${hub.gatewayUrl}/`, en: `Hushu is up: ${hub.gatewayUrl}/` });
  const { findDemonstration, loadDemonstration, loadDistrict } = await import('../demonstration.js');
  const { withCases } = await import('../access/with-cases.js');
  if (empty) await withCases(loadDistrict);
  const demonstration = empty ? findDemonstration(settings.HUSHU_DATA) : await loadDemonstration(settings.HUSHU_PEOPLE, output, signal);
  const { callToTry } = await import('./call-to-try.js');
  const call = demonstration && await callToTry(hub.gatewayUrl, settings.HUSHU_DATA, demonstration);
  output.data(
    { url: hub.gatewayUrl, docs: `${hub.gatewayUrl}/docs`, data: settings.HUSHU_DATA, pid: hub.pid, ...(call ? { call } : {}) },
    output.word({
      zh: `\n打开\n  首页  ${hub.gatewayUrl}/\n  接口  ${hub.gatewayUrl}/docs\n  数据  ${settings.HUSHU_DATA}${call ? `\n\n试一次调用\n${call}` : ''}\n\nCtrl-C 停止`,
      en: `\nOpen\n  start  ${hub.gatewayUrl}/\n  API    ${hub.gatewayUrl}/docs\n  data   ${settings.HUSHU_DATA}${call ? `\n\nOne call to try\n${call}` : ''}\n\nCtrl-C stops it`,
    }),
  );
}
