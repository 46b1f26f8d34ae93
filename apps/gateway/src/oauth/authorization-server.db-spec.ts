import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { PUBLIC_URL, testGateway, type TestGateway } from '../../../../test/support/gateway.js';

describe('tokens', () => {
  let hub: TestGateway;
  let token: string;
  let officer: string;

  beforeAll(async () => {
    hub = await testGateway();
    await hub.loadGrants([{ grant: 'g' }, { grant: 'data', department: 'data-office' }]);
    ({ token } = await hub.clientOf('civil-affairs'));
    ({ token: officer } = await hub.clientOf('data-office', { scopes: ['operations'] }));
  });
  afterAll(() => hub.close());

  const body = (): object => ({
    grant: 'g', purpose: { code: 'marriage-registration', caseNo: 'A-1' }, operator: { id: '007', name: '王科', unit: '登记处' },
    by: { idNumbers: ['37039919900101021X'] }, fields: ['identity.name'],
  });
  const query = (payload: object, headers: Record<string, string> = {}) => hub.inject({
    method: 'POST', url: '/v1/persons/query', payload, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
  });
  const get = (url: string, headers: Record<string, string> = {}) => hub.inject({ method: 'GET', url, headers });

  it('gives an access token of RFC 9068 for client credentials', async () => {
    const { id, secret } = await hub.clientOf('civil-affairs');
    const reply = await hub.tokenOfClient(id, secret);
    expect([reply.statusCode, reply.headers['cache-control']]).toEqual([200, 'no-store']);
    const { access_token: given, token_type, expires_in } = reply.json() as Record<string, any>;
    expect({ token_type, expires_in }).toEqual({ token_type: 'Bearer', expires_in: 600 });
    expect(decodeProtectedHeader(given)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(decodeJwt(given)).toMatchObject({ iss: PUBLIC_URL, aud: `${PUBLIC_URL}/v1`, sub: id, client_id: id });
  });

  it('answers a wrong secret and an unknown client alike, to the byte', async () => {
    const { id } = await hub.clientOf('civil-affairs');
    const [wrong, unknown] = await Promise.all([hub.tokenOfClient(id, 'hs_wrong'), hub.tokenOfClient('nobody-here', 'hs_wrong')]);
    expect([wrong.statusCode, wrong.json()]).toEqual([401, { error: 'invalid_client', error_description: 'client authentication failed' }]);
    expect([unknown.statusCode, unknown.body]).toEqual([wrong.statusCode, wrong.body]);
    expect(Object.keys(unknown.headers).sort()).toEqual(Object.keys(wrong.headers).sort());
  });

  it('takes a signed assertion once, and refuses it again, for another audience, by another key, or out of date', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const { client } = await hub.cases.createClient({ department: 'civil-affairs', jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] } });
    const assertion = (more: { aud?: string; exp?: string; key?: ReturnType<typeof createPrivateKey> } = {}): Promise<string> => new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' }).setIssuer(client.id).setSubject(client.id).setAudience(more.aud ?? PUBLIC_URL).setIssuedAt().setExpirationTime(more.exp ?? '1m').sign(more.key ?? privateKey);
    const send = async (client_assertion: string) => hub.inject({
      method: 'POST', url: '/oauth/token', headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion }).toString(),
    });
    const good = await assertion();
    const [first, second] = [await send(good), await send(good)];
    expect([first.statusCode, second.statusCode, second.json()]).toEqual([200, 401, { error: 'invalid_client', error_description: 'client authentication failed' }]);
    for (const bad of [await assertion({ aud: 'http://elsewhere' }), await assertion({ key: other }), await assertion({ exp: '-2m' })]) {
      expect((await send(bad)).statusCode).toBe(401);
    }
    const raced = await assertion();
    expect((await Promise.all([send(raced), send(raced), send(raced)])).filter((reply) => reply.statusCode === 200)).toHaveLength(1);
  });

  it('publishes what it does, and its public key', async () => {
    const discovery = (await get('/.well-known/oauth-authorization-server')).json() as Record<string, any>;
    expect(discovery).toMatchObject({ issuer: PUBLIC_URL, token_endpoint: `${PUBLIC_URL}/oauth/token`, grant_types_supported: ['client_credentials'] });
    const { keys } = (await get('/oauth/jwks')).json() as { keys: Record<string, unknown>[] };
    expect(keys).toMatchObject([{ kty: 'EC', alg: 'ES256' }]);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it('refuses no token, a broken one, one of another issuer, and one whose signature is stripped', async () => {
    const [head, claims] = token.split('.');
    const forged = await new SignJWT({ client_id: 'x', sub: 'x' }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' }).setIssuer(PUBLIC_URL).setAudience(`${PUBLIC_URL}/v1`)
      .setIssuedAt().setExpirationTime('1h').sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.x`;
    for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer ${head}.${claims}.x`, `Bearer ${forged}`, `Bearer ${none}`, `Basic ${token}`]) {
      const reply = await hub.inject({ method: 'POST', url: '/v1/persons/query', payload: body(), headers: authorization === '' ? {} : { authorization } });
      expect([reply.statusCode, (reply.json() as any).code, reply.headers['www-authenticate']]).toEqual([401, 'HUSHU-GATEWAY-10', expect.stringContaining('Bearer')]);
    }
  });

  it('stops a revoked client within a second although its token has not run out', async () => {
    const { id, token: own } = await hub.clientOf('civil-affairs');
    const call = () => query(body(), { authorization: `Bearer ${own}` });
    expect((await call()).statusCode).toBe(200);
    await hub.cases.revokeClient(id);
    const at = Date.now();
    while ((await call()).statusCode !== 401) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Date.now() - at).toBeLessThan(1000);
  });

  it('keeps departments from officers\' routes and officers from records', async () => {
    expect((await get('/v1/runs', { authorization: `Bearer ${token}` })).json()).toMatchObject({ status: 403, code: 'HUSHU-GATEWAY-11' });
    expect((await query(body(), { authorization: `Bearer ${officer}` })).json()).toMatchObject({ status: 403, code: 'HUSHU-GATEWAY-11' });
  });
});
