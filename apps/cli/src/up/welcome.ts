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

/** What whoever started the hub sees once it answers. */
export async function welcome({ hub, settings, output }: Arrival): Promise<void> {
  output.data(
    { url: hub.gatewayUrl, docs: `${hub.gatewayUrl}/docs`, data: settings.HUSHU_DATA, pid: hub.pid },
    output.word({
      zh: `户枢已启动\n  首页  ${hub.gatewayUrl}/\n  接口  ${hub.gatewayUrl}/docs\n  数据  ${settings.HUSHU_DATA}\nCtrl-C 停止`,
      en: `Hushu is up\n  start  ${hub.gatewayUrl}/\n  API    ${hub.gatewayUrl}/docs\n  data   ${settings.HUSHU_DATA}\nCtrl-C stops it`,
    }),
  );
}
