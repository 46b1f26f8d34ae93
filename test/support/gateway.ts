import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { systemClock } from '#kernel';
import { createGateway } from '../../apps/gateway/src/gateway.js';
import { servingStore, type ServingStore } from './serving-store.js';

export const PUBLIC_URL = 'http://localhost:8080';

/** A gateway over a serving store, called without a socket. */
export interface TestGateway extends ServingStore {
  app: NestFastifyApplication;
  logged: object[];
  /** Everything that left it: headers and bodies. */
  sent: string[];
  inject(options: InjectOptions): Promise<LightMyRequestResponse>;
  /** A client of a department and an access token of it. */
  clientOf(department: string, options?: { scopes?: ('persons' | 'operations')[]; grant?: string; officer?: string }): Promise<{ id: string; secret: string; token: string }>;
  tokenOfClient(id: string, secret: string, form?: Record<string, string>): Promise<LightMyRequestResponse>;
}

export async function testGateway(): Promise<TestGateway> {
  const hub = await servingStore();
  const logged: object[] = [];
  const app = await createGateway({
    database: hub.store.database, keys: hub.keys, clock: systemClock, redis: undefined, publicUrl: PUBLIC_URL, officers: { release: { people: 2 } }, log: (entry) => { logged.push(entry); },
  });
  const sent: string[] = [];
  const inject = async (options: InjectOptions): Promise<LightMyRequestResponse> => {
    const reply = await app.getHttpAdapter().getInstance().inject(options) as unknown as LightMyRequestResponse;
    sent.push(JSON.stringify(reply.headers), reply.body);
    return reply;
  };
  const tokenOfClient: TestGateway['tokenOfClient'] = (id, secret, form = { grant_type: 'client_credentials' }) => inject({
    method: 'POST', url: '/oauth/token', payload: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}` },
  });
  return {
    ...hub, app, logged, sent, inject, tokenOfClient,
    async clientOf(department, options = {}) {
      const { client, secret } = await hub.cases.createClient({ department, ...options });
      const reply = await tokenOfClient(client.id, secret!);
      return { id: client.id, secret: secret!, token: (reply.json() as { access_token: string }).access_token };
    },
    async close() {
      await app.close();
      await hub.close();
    },
  };
}
