import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Keys } from '#keys';
import { calculateJwkThumbprint, type JWK } from 'jose';

export const SIGNING_ALGORITHM = 'ES256';

export interface SigningKey { privateJwk: JWK; publicKey: KeyObject; publicJwk: JWK }

/** The key access tokens are signed with, derived from the root key: every gateway of a hub has the same, and none stores it. */
export async function signingKey(keys: Keys): Promise<SigningKey> {
  const ecdh = createECDH('prime256v1');
  // A scalar outside the curve's order is as good as impossible; the next derivation would do.
  for (let n = 0; ; n++) {
    try {
      ecdh.setPrivateKey(keys.secret(`access-token-signing${n === 0 ? '' : `-${n}`}`, 32));
      break;
    } catch (error) {
      if (n > 3) throw error;
    }
  }
  const point = ecdh.getPublicKey();
  const part = (bytes: Buffer): string => bytes.toString('base64url');
  const pad = (bytes: Buffer): Buffer => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]);
  const bare: JWK = { kty: 'EC', crv: 'P-256', x: part(point.subarray(1, 33)), y: part(point.subarray(33)) };
  const named = { ...bare, kid: await calculateJwkThumbprint(bare), alg: SIGNING_ALGORITHM, use: 'sig' };
  const privateJwk = { ...named, d: part(pad(ecdh.getPrivateKey())) };
  return { privateJwk, publicJwk: named, publicKey: createPublicKey(createPrivateKey({ key: privateJwk as never, format: 'jwk' })) };
}
