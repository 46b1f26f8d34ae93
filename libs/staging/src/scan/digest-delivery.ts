import { decoderOf, LineSplitter, RowDigest, RowHash, type ByteSource, type FeedContract } from '#feeds';

/**
 * The digest of a delivery of lines, without looking into them: what tells an identical delivery, rows in any
 * order, before it costs anything. Where a cell holds a line break it differs from the rows' own digest, and
 * the delivery is simply read.
 * @returns null for formats that have no lines
 */
export async function digestDelivery(contract: FeedContract, source: ByteSource, seed: Buffer): Promise<RowDigest | null> {
  const { kind, encoding, delimiter } = contract.format;
  if (kind === 'xlsx') return null;
  const digest = new RowDigest();
  const hash = new RowHash(seed);
  let header = kind === 'csv';
  const addHeader = (columns: string[]) => {
    const bytes = Buffer.from(`header\n${columns.join('\n')}`);
    hash.hash(bytes, 0, bytes.length);
    digest.addHeader(hash.high, hash.low);
  };
  if (!header) addHeader(contract.fields.map((field) => field.column));
  const splitter = new LineSplitter((bytes, start, end) => {
    if (start === end) return;
    if (header) {
      header = false;
      const line = bytes.toString('utf8', start, end).replace(/^\ufeff/, '');
      addHeader(line.split(delimiter).map((column) => column.replace(/^"(.*)"$/s, '$1').trim()));
      return;
    }
    hash.hash(bytes, start, end);
    digest.add(hash.high, hash.low);
  });
  if (encoding === 'utf-8') for await (const chunk of source.chunks()) splitter.push(chunk);
  else {
    const decoder = decoderOf(encoding);
    let decoded = Buffer.allocUnsafe(1 << 16);
    for await (const chunk of source.chunks()) {
      if (decoded.length < chunk.length * 3 + 16) decoded = Buffer.allocUnsafe(chunk.length * 3 + 16);
      splitter.push(decoded.subarray(0, decoder.decode(chunk, 0, chunk.length, decoded, 0, false)));
      decoder.faults.length = 0;
    }
    splitter.push(decoded.subarray(0, decoder.decode(Buffer.alloc(0), 0, 0, decoded, 0, true)));
  }
  splitter.end();
  return digest;
}
