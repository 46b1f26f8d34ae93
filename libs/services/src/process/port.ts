import { createServer } from 'node:net';
import { HubError } from '#kernel';

/** Whether a port of this machine can be listened on, on this host or on all of them. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && canListen(port, undefined);
}

function canListen(port: number, host: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The first free port from `from` upwards. */
export async function nextFreePort(from: number): Promise<number> {
  for (let port = from; port < Math.min(from + 200, 65_536); port++) if (await isFree(port)) return port;
  throw new HubError({
    code: 'HUSHU-SERVICES-01',
    zh: `从 ${from} 起的 200 个端口都被占用`,
    en: `The 200 ports from ${from} on are all taken`,
    hintZh: '关闭占用端口的程序后重试',
    hintEn: 'Close what holds them and try again',
  });
}
