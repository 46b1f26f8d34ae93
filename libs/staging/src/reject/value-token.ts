import { CopyWriter, TokenBatch } from '#feeds';
import type { Keys } from '#keys';

/** Bytes of a faulty value that its token is made of. */
export const MOST_VALUE = 240;
/** Behind a value in its token, so that no value's token is a source key's. */
export const VALUE_MARK = Buffer.from('\x1evalue');

/** The token under which rejects of a feed keep a faulty value: what an exact search looks for. */
export function valueToken(keys: Keys, feed: string, value: string): string {
  const bytes = Buffer.from(value.trim());
  const batch = new TokenBatch({ document: keys.tokens('document'), phone: keys.tokens('phone') }, keys.tokens('source-key', feed));
  const out = new CopyWriter();
  batch.mac(out, bytes, 0, Math.min(bytes.length, MOST_VALUE), VALUE_MARK);
  batch.seal(out);
  return out.buffer.toString('hex', 4, 20).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
