import { SCOPES, type ClientDirectory, type KnownClient } from '#access';
import { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import { SIGNING_ALGORITHM } from './signing-key.js';

/**
 * What the provider keeps, in PostgreSQL: clients, read from the access lib, and assertions that were used. It is
 * asked for nothing else: client credentials leave no code, session or refresh token behind.
 */
export class StoreAdapter implements Adapter {
  constructor(private readonly model: string, private readonly clients: ClientDirectory) {}

  async find(id: string): Promise<AdapterPayload | undefined> {
    if (this.model !== 'Client') return undefined;
    const client = await this.clients.find(id);
    // An unknown client is given a digest that nothing matches, so that it costs the same and is refused in the same words.
    return metadataOf(client ?? { id, method: 'client_secret_basic', digest: this.clients.decoyDigest(id), scopes: [...SCOPES] });
  }

  async upsert(id: string, _payload: AdapterPayload, expiresIn: number): Promise<void> {
    if (this.model !== 'ReplayDetection') return;
    // `find` finds nothing: whether an assertion was used is decided here, where of two at once one wins.
    if (!await this.clients.takeAssertion(id, new Date(Date.now() + (expiresIn + 60) * 1000))) throw new errors.InvalidClientAuth('client assertion was used before');
  }

  consume(): Promise<void> { return Promise.resolve(); }
  destroy(): Promise<void> { return Promise.resolve(); }
  findByUid(): Promise<undefined> { return Promise.resolve(undefined); }
  findByUserCode(): Promise<undefined> { return Promise.resolve(undefined); }
  revokeByGrantId(): Promise<void> { return Promise.resolve(); }
}

function metadataOf(client: Pick<KnownClient, 'id' | 'method' | 'scopes'> & Partial<KnownClient>): AdapterPayload {
  return {
    client_id: client.id,
    token_endpoint_auth_method: client.method,
    grant_types: ['client_credentials'], response_types: [], redirect_uris: [],
    id_token_signed_response_alg: SIGNING_ALGORITHM,
    scope: client.scopes.join(' '),
    ...(client.digest && { client_secret: client.digest.toString('hex') }),
    ...(client.jwks && { jwks: client.jwks as never }),
  };
}
