import type { FastifyInstance, RouteOptions } from 'fastify';
import { isPolicyName, POLICIES, type Policy } from '#access';
import { HubError } from '#kernel';

/** One route as it was registered. */
export interface KnownRoute { methods: string[]; url: string; pattern: RegExp; policy: Policy | undefined }

/** Watches every route that is registered, whoever registers it. Made before the first route is. */
export class Routes {
  readonly list: KnownRoute[] = [];

  constructor(instance: FastifyInstance) {
    instance.addHook('onRoute', (route: RouteOptions) => {
      const name = (route.config as { policy?: unknown } | undefined)?.policy;
      this.list.push({
        methods: [route.method].flat(), url: route.url, pattern: patternOf(route.url), policy: isPolicyName(name) ? POLICIES[name] : undefined,
      });
    });
  }

  /** Throws HUSHU-GATEWAY-01 naming every route that carries no policy. */
  demandPolicies(): void {
    const bare = this.list.filter((route) => route.policy === undefined).map((route) => `${route.methods.join(',')} ${route.url}`);
    if (bare.length === 0) return;
    throw new HubError({
      code: 'HUSHU-GATEWAY-01',
      zh: `这些接口没有写明谁可以调用,网关不启动:${bare.join('; ')}`,
      en: `These routes say nothing of who may call them, so the gateway does not start: ${bare.join('; ')}`,
      hintZh: '给每个接口加上 @Policy(…)', hintEn: 'Put @Policy(…) on each of them', details: { routes: bare },
    });
  }

  /** The methods there are at a path; none when there is nothing at it. */
  methodsAt(path: string): string[] {
    return [...new Set(this.list.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods))].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
