import { isScope, type Caller, type ClientDirectory, type Scope } from '#access';
import type { Clock } from '#kernel';
import { errors, jwtVerify, type CryptoKey, type KeyObject } from 'jose';
import { SIGNING_ALGORITHM } from '../oauth/signing-key.js';

interface Known { client: string; scopes: Scope[] | undefined; expires: number }

const TOKENS_KEPT = 5000;
const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/**
 * Reads RFC 9068 access tokens. A signature is checked once a token; whether the client is still let in is asked
 * of the directory every time, so that a revoked client stops although its tokens have not run out.
 */
export class TokenReader {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly key: CryptoKey | KeyObject,
    private readonly issuer: string,
    private readonly audience: string,
    private readonly clients: ClientDirectory,
    private readonly clock: Clock,
  ) {}

  /** The caller behind an Authorization header; undefined when there is none to be trusted. */
  read(header: string | undefined): Caller | undefined | Promise<Caller | undefined> {
    if (header === undefined) return undefined;
    const known = this.known.get(header);
    return known ? this.callerOf(known) : this.verify(header);
  }

  private callerOf(known: Known): Caller | undefined {
    if (known.expires <= this.clock.now().getTime()) return undefined;
    const caller = this.clients.callerOf(known.client);
    if (!caller || known.scopes === undefined) return caller;
    return { ...caller, scopes: caller.scopes.filter((scope) => known.scopes!.includes(scope)) };
  }

  private async verify(header: string): Promise<Caller | undefined> {
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token, this.key, {
        issuer: this.issuer, audience: this.audience, typ: 'at+jwt', algorithms: [SIGNING_ALGORITHM],
        requiredClaims: ['exp', 'iat', 'client_id', 'sub'], currentDate: this.clock.now(),
      });
      const client = payload['client_id'];
      if (typeof client !== 'string' || payload.sub !== client) return undefined;
      const scope = payload['scope'];
      const known = { client, expires: payload.exp! * 1000, scopes: typeof scope === 'string' ? scope.split(' ').filter(isScope) : undefined };
      this.keep(header, known);
      // A client that was made a moment ago is let in at its first call.
      if (!this.clients.callerOf(client)) await this.clients.refresh();
      return this.callerOf(known);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private keep(header: string, known: Known): void {
    if (this.known.size >= TOKENS_KEPT) {
      const now = this.clock.now().getTime();
      for (const [one, { expires }] of this.known) if (expires <= now) this.known.delete(one);
      if (this.known.size >= TOKENS_KEPT) this.known.delete(this.known.keys().next().value!);
    }
    this.known.set(header, known);
  }
}
