import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What stands before the first event. */
export const GENESIS: Buffer = Buffer.alloc(32);

/** h_n = SM3(h_{n-1} ‖ body); SM3 is GB/T 32905. `body` is hashed as its UTF-8 bytes. */
export function chain(before: Buffer, body: string): Buffer {
  return createHash('sm3').update(before).update(body).digest();
}

/** Signs a head: only the key holder can say that the chain ends here. */
export function headMac(key: Buffer, seq: number, h: Buffer): Buffer {
  return createHmac('sm3', key).update(`audit-head:${seq}:`).update(h).digest();
}

export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
