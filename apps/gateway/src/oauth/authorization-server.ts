import { SCOPES, type ClientDirectory } from '#access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Provider, { type ClientModel } from 'oidc-provider';
import type { Log } from '../http/log.js';
import providerContext from 'oidc-provider/lib/helpers/als.js';
import { placeOf } from '../http/problem.filter.js';
import { StoreAdapter } from './adapter.js';
import { SIGNING_ALGORITHM, type SigningKey } from './signing-key.js';

/** Seconds an access token lives. A revoked client is stopped long before. */
const TOKEN_SECONDS = 600;
const ASSERTION_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'EdDSA', 'Ed25519'];
const ROUTES = { token: '/oauth/token', jwks: '/oauth/jwks' };

export interface AuthorizationServerParts { issuer: string; audience: string; key: SigningKey; clients: ClientDirectory; log: Log }

/**
 * The token endpoint: OAuth 2.0 client credentials (RFC 6749, 4.4), by secret or by signed assertion (RFC 7523),
 * giving RFC 9068 access tokens. Only the three addresses below reach the provider; everything else it could do is not routed.
 */
export function registerAuthorizationServer(instance: FastifyInstance, parts: AuthorizationServerParts): void {
  const provider = providerOf(parts);
  const handle = provider.callback();
  let tokensUnderWay = 0;
  const pass = (request: FastifyRequest, reply: FastifyReply): void => {
    // What was already decided of the reply goes along; the rest is the provider's.
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
    tokensUnderWay++;
    void handle(request.raw, reply.raw).finally(() => {
      // The provider's async local storage makes every promise of the process dearer, by some 5 % of a call, until it is disabled.
      if (--tokensUnderWay === 0) providerContext.disable();
    });
  };
  void instance.register((scope, _options, done) => {
    // The provider reads the body itself, from the socket.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => { parsed(null); });
    scope.post(ROUTES.token, { config: { policy: 'token' } }, pass);
    scope.get(ROUTES.jwks, { config: { policy: 'open' } }, pass);
    scope.get('/.well-known/oauth-authorization-server', { config: { policy: 'open' } }, (_request, reply) => {
      void reply.header('cache-control', 'public, max-age=300').send(metadata(parts.issuer));
    });
    done();
  });
}

/** RFC 8414: what this server does, and nothing it does not. */
function metadata(issuer: string): object {
  return {
    issuer,
    token_endpoint: `${issuer}${ROUTES.token}`,
    jwks_uri: `${issuer}${ROUTES.jwks}`,
    scopes_supported: SCOPES,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    service_documentation: `${issuer}/docs`,
    ui_locales_supported: ['zh-CN', 'en'],
  };
}

function providerOf({ issuer, audience, key, clients, log }: AuthorizationServerParts): Provider {
  const off = { enabled: false };
  const provider = new Provider(issuer, {
    adapter: (model: string) => new StoreAdapter(model, clients),
    jwks: { keys: [key.privateJwk] },
    routes: ROUTES,
    scopes: [...SCOPES],
    responseTypes: [],
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ASSERTION_ALGORITHMS, idTokenSigningAlgValues: [SIGNING_ALGORITHM] },
    ttl: { ClientCredentials: TOKEN_SECONDS },
    clockTolerance: 5,
    features: {
      clientCredentials: { enabled: true },
      devInteractions: off, userinfo: off, rpInitiatedLogout: off, pushedAuthorizationRequests: off, dPoP: off, revocation: off, introspection: off,
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPES.join(' '), audience, accessTokenFormat: 'jwt', accessTokenTTL: TOKEN_SECONDS, jwt: { sign: { alg: SIGNING_ALGORITHM } },
        }),
      },
    },
    renderError: (context: { type: string; body: unknown }, out: unknown) => {
      context.type = 'application/json';
      context.body = out;
    },
  });
  // What is stored is a keyed digest; `clientSecret` holds it in hex (see StoreAdapter).
  provider.Client.prototype.compareClientSecret = function compare(this: ClientModel, given: string): boolean {
    return clients.secretMatches(this.clientId, given, Buffer.from(this.clientSecret ?? '', 'hex'));
  };
  provider.on('server_error', (_context, error) => { log({ level: 'error', code: 'HUSHU-GATEWAY-30', ...placeOf(error) }); });
  return provider;
}
