import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, in a form that needs no escaping in a header. */
export function newSecret(): string {
  return `hs_${randomBytes(32).toString('base64url')}`;
}

/** What is stored instead of a secret: HMAC-SM3 under a key that is not in the store, bound to the client. */
export function secretDigest(key: Buffer, client: string, secret: string): Buffer {
  return createHmac('sm3', key).update(client).update('\0').update(secret).digest();
}

/** Compares in time that does not depend on where the two differ. */
export function secretMatches(key: Buffer, client: string, secret: string, digest: Buffer): boolean {
  const given = secretDigest(key, client, secret);
  return digest.length === given.length && timingSafeEqual(given, digest);
}
