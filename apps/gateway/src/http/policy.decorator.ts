import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { PolicyName } from '#access';

/** Says who may call a route. The gateway refuses to start when a route has none. */
export function Policy(policy: PolicyName): MethodDecorator {
  return applyDecorators(RouteConfig({ policy }));
}
