import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';

/** Upper bounds of the duration histogram, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series { count: number; seconds: number; buckets: number[] }

/** Counts of answered calls by route and status, in Prometheus' text format. */
export class Metrics {
  private readonly series = new Map<string, Series>();
  private readonly loop = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.loop.enable();
  }

  watch(instance: FastifyInstance): void {
    instance.addHook('onResponse', (request, reply, done) => {
      this.note(`method="${request.method}",route="${request.routeOptions?.url ?? 'none'}",status="${reply.statusCode}"`, reply.elapsedTime / 1000);
      done();
    });
  }

  text(totals: Record<string, number>): string {
    const lines = ['# TYPE hushu_http_request_duration_seconds histogram'];
    for (const [labels, { count, seconds, buckets }] of this.series) {
      let below = 0;
      BOUNDS.forEach((bound, i) => {
        below += buckets[i]!;
        lines.push(`hushu_http_request_duration_seconds_bucket{${labels},le="${bound}"} ${below}`);
      });
      lines.push(
        `hushu_http_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`,
        `hushu_http_request_duration_seconds_sum{${labels}} ${seconds}`, `hushu_http_request_duration_seconds_count{${labels}} ${count}`);
    }
    for (const [name, value] of Object.entries(totals)) lines.push(`# TYPE ${name} counter`, `${name} ${value}`);
    lines.push('# TYPE hushu_event_loop_delay_p99_seconds gauge', `hushu_event_loop_delay_p99_seconds ${this.loop.percentile(99) / 1e9}`);
    lines.push('# TYPE process_resident_memory_bytes gauge', `process_resident_memory_bytes ${process.memoryUsage.rss()}`);
    this.loop.reset();
    return `${lines.join('\n')}\n`;
  }

  private note(labels: string, seconds: number): void {
    let one = this.series.get(labels);
    if (!one) this.series.set(labels, one = { count: 0, seconds: 0, buckets: BOUNDS.map(() => 0) });
    one.count++;
    one.seconds += seconds;
    const at = BOUNDS.findIndex((bound) => seconds <= bound);
    if (at >= 0) one.buckets[at]!++;
  }
}
