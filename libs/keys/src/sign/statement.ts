import { verify } from 'node:crypto';
import { hubKeyOf, thumbprintOf, type HubSigner } from './hub-signer.js';

/** Longest that is read: whoever sends more sends no statement. */
const LONGEST = 16_384;

/**
 * Something a hub says under its hand: a JWS in compact form (RFC 7515, EdDSA as RFC 8037 has it). Any JOSE library
 * verifies it. @param kind what it is (`hushu-manifest`): one kind never passes for another
 */
export function signStatement(signer: HubSigner, kind: string, says: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'EdDSA', typ: `${kind}+jws`, kid: signer.keyId })}.${part(says)}`;
  return `${signed}.${signer.sign(Buffer.from(signed)).toString('base64url')}`;
}

/** Why a statement is not believed. form: it is none; kind: it says something else; key: of no key that is known; signature: changed, or not theirs. */
export type StatementFault = 'form' | 'kind' | 'key' | 'signature';

/** What a statement of that kind says, once one of the keys is seen to have signed it. */
export function readStatement(statement: unknown, kind: string, publicKeys: readonly string[]): { says: Record<string, unknown> } | { fault: StatementFault } {
  const parts = typeof statement === 'string' && statement.length <= LONGEST ? statement.split('.') : [];
  const [head, body, signature] = parts;
  const header = objectOf(head);
  const says = objectOf(body);
  if (parts.length !== 3 || header === null || says === null || !/^[A-Za-z0-9_-]{86}$/.test(signature!)) return { fault: 'form' };
  if (header['alg'] !== 'EdDSA' || header['crit'] !== undefined) return { fault: 'form' };
  if (header['typ'] !== `${kind}+jws`) return { fault: 'kind' };
  const publicKey = publicKeys.find((key) => thumbprintOf(key) === header['kid']);
  const key = publicKey === undefined ? null : hubKeyOf(publicKey);
  if (key === null) return { fault: 'key' };
  return verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature!, 'base64url')) ? { says } : { fault: 'signature' };
}

function objectOf(part: string | undefined): Record<string, unknown> | null {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part)) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}
