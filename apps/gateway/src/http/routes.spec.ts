import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import { Routes } from './routes.js';

describe('the routes of a gateway', () => {
  it('refuses to start when a route says nothing of who may call it, and names it', async () => {
    const instance = fastify();
    const routes = new Routes(instance);
    instance.get('/good', { config: { policy: 'open' } }, () => 'x');
    instance.post('/bare', () => 'x');
    instance.get('/odd', { config: { policy: 'everybody' as never } }, () => 'x');
    await instance.ready();
    expect(() => { routes.demandPolicies(); }).toThrow(expect.objectContaining({ code: 'HUSHU-GATEWAY-01', details: { routes: ['POST /bare', 'GET /odd', 'HEAD /odd'] } }));
  });

  it('knows the methods at a path', () => {
    const instance = fastify();
    const routes = new Routes(instance);
    instance.get('/v1/runs/:id', { config: { policy: 'open' } }, () => 'x');
    instance.post('/v1/runs/:id', { config: { policy: 'open' } }, () => 'x');
    expect(routes.methodsAt('/v1/runs/7')).toEqual(['GET', 'HEAD', 'POST']);
    expect(routes.methodsAt('/v1/runs/7/8')).toEqual([]);
    expect(routes.methodsAt('/v1/runs/')).toEqual([]);
  });
});
