import autocannon from 'autocannon';

/** What the load generator, a process of its own, is told; it answers with what it measured. */
export interface Shot {
  url: string;
  seconds: number;
  connections: number;
  /** Calls a second over all connections; as many as go when missing. */
  rate?: number;
  headers?: Record<string, string>;
  /** One of them a call, by chance: a path, or a body to post. */
  paths?: string[];
  bodies?: string[];
}
export interface Hit { perSecond: number; p50: number; p99: number; failed: number; calls: number }

process.on('message', (shot: Shot) => { void fire(shot).then((hit) => process.send!(hit)); });

async function fire(shot: Shot): Promise<Hit> {
  const any = <T>(list: T[]): T => list[Math.floor(Math.random() * list.length)]!;
  const begun = performance.now();
  const result = await autocannon({
    url: shot.url, connections: shot.connections, duration: shot.seconds, ...(shot.rate !== undefined && { overallRate: shot.rate }), headers: shot.headers,
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
