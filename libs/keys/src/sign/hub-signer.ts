import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';

/** What an Ed25519 private key of 32 bytes begins with in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The hub's own hand under what it tells other hubs: Ed25519 (RFC 8032). The private half never leaves. */
export class HubSigner {
  private readonly key: KeyObject;
  /** The public half as neighbours write it down: 32 bytes, base64url (the `x` of a JWK, RFC 8037). */
  readonly publicKey: string;
  /** Thumbprint of the public half (RFC 7638), base64url. */
  readonly keyId: string;

  /** @param seed 32 bytes nobody else has; the same seed is the same key */
  constructor(seed: Uint8Array) {
    this.key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.key).export({ format: 'jwk' }).x!;
    this.keyId = thumbprintOf(this.publicKey);
  }

  sign(data: Uint8Array): Buffer {
    return sign(null, data, this.key);
  }
}

/** A neighbour's public key by what it was written down as; null when that is none. */
export function hubKeyOf(publicKey: string): KeyObject | null {
  if (!/^[A-Za-z0-9_-]{43}$/.test(publicKey)) return null;
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  } catch {
    return null;
  }
}

export function thumbprintOf(publicKey: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${publicKey}"}`).digest('base64url');
}
