import { Agent, request } from 'node:http';
import autocannon from 'autocannon';

/** What the load generator, a process of its own, is told; it answers with what it measured. */
export interface Shot {
  url: string;
  seconds: number;
  connections: number;
  /** Calls a second, evenly spaced whatever the answers do; as many as go when missing. */
  rate?: number;
  headers?: Record<string, string>;
  /** One of them a call, by chance: a path, or a body to post. */
  paths?: string[];
  bodies?: string[];
}
export interface Hit { perSecond: number; p50: number; p99: number; failed: number; calls: number }

process.on('message', (shot: Shot) => { void (shot.rate === undefined ? fire(shot) : pace(shot, shot.rate)).then((hit) => process.send!(hit)); });

const any = <T>(list: T[]): T => list[Math.floor(Math.random() * list.length)]!;

async function fire(shot: Shot): Promise<Hit> {
  const begun = performance.now();
  const result = await autocannon({
    url: shot.url, connections: shot.connections, duration: shot.seconds, headers: shot.headers,
    requests: [{
      setupRequest: (request: { path?: string; body?: string; method?: string }) => {
        if (shot.bodies) return { ...request, method: 'POST', body: any(shot.bodies) };
        return { ...request, method: 'GET', path: any(shot.paths!) };
      },
    }],
  } as never) as unknown as { requests: { total: number }; latency: { p50: number; p99: number }; non2xx: number; errors: number; duration: number };
  const seconds = (performance.now() - begun) / 1000;
  return { perSecond: result.requests.total / seconds, p50: result.latency.p50, p99: result.latency.p99, failed: result.non2xx + result.errors, calls: result.requests.total };
}

/**
 * Calls at their appointed times. Latency counts from the time appointed, so that a server which stalls is not
 * spared the calls it would have got meanwhile (autocannon's own rate comes in bursts, a second each).
 */
async function pace(shot: Shot, rate: number): Promise<Hit> {
  const agent = new Agent({ keepAlive: true, maxSockets: shot.connections });
  const latencies: number[] = [];
  let failed = 0;
  const begun = performance.now();
  const total = Math.round(rate * shot.seconds);
  await new Promise<void>((resolve) => {
    let sent = 0;
    const timer = setInterval(() => {
      for (const due = Math.min(total, Math.floor((performance.now() - begun) / 1000 * rate)); sent < due; sent++) {
        const appointed = begun + sent / rate * 1000;
        const done = (ok: boolean): void => {
          latencies.push(performance.now() - appointed);
          if (!ok) failed++;
          if (latencies.length === total) resolve();
        };
        const body = any(shot.bodies!);
        const call = request(shot.url, { method: 'POST', agent, headers: { ...shot.headers, 'content-length': Buffer.byteLength(body) } }, (reply) => {
          reply.resume().once('end', () => { done(reply.statusCode === 200); });
        });
        call.once('error', () => { done(false); });
        call.end(body);
      }
      if (sent === total) clearInterval(timer);
    }, 1);
  });
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]! * 10) / 10;
  return { perSecond: total / ((performance.now() - begun) / 1000), p50: at(0.5), p99: at(0.99), failed, calls: total };
}
