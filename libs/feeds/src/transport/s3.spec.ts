import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HubError } from '#kernel';
import { startBucket, type Bucket } from '../../../../test/support/bucket.js';
import { hasOpenssl, makeCertificate } from '../../../../test/support/certificates.js';
import { contextOf, manifestOf, outcomes, take, takeAll } from '../../../../test/support/drops.js';
import { startSignatureGuard } from '../../../../test/support/signed.js';
import { startWire, type Wire } from '../../../../test/support/wire.js';
import { s3Fault } from './s3-faults.js';
import type { Arrival } from './transport.js';
import { transportOf } from './transports.js';

let bucket: Bucket;
let wire: Wire;
beforeAll(async () => {
  bucket = await startBucket();
  wire = await startWire(bucket.port);
});
afterAll(async () => {
  await wire.close();
  await bucket.stop();
});

const names = async (): Promise<string[]> => ((await bucket.client.send(new ListObjectsV2Command({ Bucket: 'drop' }))).Contents ?? []).map(({ Key }) => Key!);
const put = (name: string, Body: Buffer | string) => bucket.client.send(new PutObjectCommand({ Bucket: 'drop', Key: `in/${name}`, Body }));
beforeEach(async () => {
  wire.fail(null);
  for (const Key of await names()) await bucket.client.send(new DeleteObjectCommand({ Bucket: 'drop', Key }));
});
async function lay(file: string, bytes: Buffer | string, lies: Record<string, unknown> = {}): Promise<void> {
  await put(file, bytes);
  await put(`${file}.manifest.json`, manifestOf(file, bytes, lies));
}

async function opened(options: Record<string, unknown> = {}, key = bucket.key) {
  const context = await contextOf({ kind: 's3', endpoint: `http://127.0.0.1:${wire.port}`, bucket: 'drop', prefix: 'in', credential: 'drop', ...options }, { drop: key });
  return transportOf(context.contract).open(context);
}

async function look(options: Record<string, unknown> = {}, key?: string) {
  const transport = await opened(options, key);
  return takeAll(transport).finally(() => transport.close());
}

async function ruleOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(() => 'no fault', (reason: unknown) => reason);
  expect(error).toBeInstanceOf(HubError);
  const { text, hint, details } = error as HubError;
  for (const words of [text, hint!]) expect(words).toEqual({ zh: expect.stringMatching(/[\u4e00-\u9fff]/), en: expect.stringMatching(/[a-z]{3}/) });
  return (details as { rule: string }).rule;
}

describe('a bucket with deliveries', () => {
  it('gives objects with their manifests, whole, oldest first; others wait, other folders are not looked into', async () => {
    const big = Buffer.alloc(3_300_001, 'abcdefghijklm\n');
    await lay('b-20250602.csv', 'b');
    await lay('a-20250601.csv', big);
    await put('c-20250601.csv', 'half');
    await lay('deeper/d-20250601.csv', 'd');
    const { taken, look: end } = await look();
    expect(outcomes(taken)).toEqual(['a-20250601.csv taken', 'b-20250602.csv taken']);
    expect(taken[0].bytes?.equals(big)).toBe(true);
    expect(end).toEqual({ current: null, waiting: 1 });
    expect((await look()).taken.map(({ arrival }) => arrival.id)).toEqual(taken.map(({ arrival }) => arrival.id));
  });

  it('has what was accepted put away', async () => {
    for (const done of ['move', 'delete']) {
      await lay('a-20250601.csv', 'a');
      const transport = await opened({ done });
      for await (const arrival of transport.arrivals(null, new AbortController().signal)) {
        await take(arrival);
        await arrival.accepted?.();
      }
      await transport.close();
      expect((await names()).map((name) => name.replace(/\d{8}T\d{6}Z-[0-9a-f]{8}/, 'TIME'))).toEqual(['in/done/TIME-a-20250601.csv', 'in/done/TIME-a-20250601.csv.manifest.json']);
    }
  });

  it('tells what is wrong with one delivery and takes the others', async () => {
    await lay('lies-20250601.csv', 'x', { bytes: 7 });
    await lay('slash-20250601.csv', 'x', { file: 'in/slash-20250601.csv' });
    await lay('sound-20250602.csv', 'x');
    expect(outcomes((await look()).taken)).toEqual(['lies-20250601.csv manifest-differs', 'slash-20250601.csv manifest-faulty', 'sound-20250602.csv taken']);
  });

  it('does not give an object that was swapped since it was listed', async () => {
    await lay('x-20250601.csv', 'x');
    const transport = await opened();
    const { taken } = await takeAll(transport, { before: async () => { await put('x-20250601.csv', 'y'); } });
    await transport.close();
    expect(outcomes(taken)).toEqual(['x-20250601.csv transport-changed']);
  });
});

describe('a bucket with which something is wrong', () => {
  it('is denied with a wrong key, or one that is none', async () => {
    expect(await ruleOf(look({}, 'NOBODY:S3RVER'))).toBe('transport-denied');
    expect(await ruleOf(look({}, 'no-colon'))).toBe('transport-denied');
  });

  it('checks what is signed: a secret that is nearly right is none, a clock that is wrong is made up for', async () => {
    const guard = await startSignatureGuard(bucket.port, 'S3RVER');
    try {
      await lay('a-20250601.csv', 'a');
      const at = { endpoint: `http://127.0.0.1:${guard.port}` };
      expect(outcomes((await look(at)).taken)).toEqual(['a-20250601.csv taken']);
      expect(await ruleOf(look(at, 'S3RVER:S3RVEr'))).toBe('transport-denied');
      expect(guard.refused).toEqual(['SignatureDoesNotMatch']);
      guard.clock(3_600_000);
      expect(outcomes((await look(at)).taken)).toEqual(['a-20250601.csv taken']);
      expect(new Set(guard.refused)).toEqual(new Set(['SignatureDoesNotMatch', 'RequestTimeTooSkewed']));
      // One that the answers do not tell cannot be made up for: it is for people to set.
      guard.clock(3_600_000, false);
      await expect(look(at)).rejects.toMatchObject({ retry: false, hint: { en: expect.stringContaining('NTP') }, details: { rule: 'transport-answer', serviceClock: null, ourClock: expect.stringMatching(/Z$/) } });
      const still = s3Fault({ name: 'RequestTimeTooSkewed', ServerTime: '2026-01-01T00:00:00Z' }, { place: 's3://drop/', bucket: 'drop', reading: false, now: new Date('2026-01-02') });
      expect(still).toMatchObject({ text: { en: expect.stringContaining("the service's says 2026-01-01T00:00:00.000Z, ours 2026-01-02T00:00:00.000Z") } });
    } finally {
      await guard.close();
    }
  });

  (hasOpenssl ? it : it.skip)('is trusted by the authority the contract names, and by it alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hushu-s3-'));
    const authority = await makeCertificate(folder, 'fiction-authority', 'authority.invalid', null);
    const shown = [await makeCertificate(folder, 'bucket', '127.0.0.1', authority), await makeCertificate(folder, 'old', '127.0.0.1', authority, { from: '20240101000000Z', until: '20250101000000Z' })];
    const [right, old] = await Promise.all(shown.map((tls) => startWire(bucket.port, tls)));
    try {
      await lay('a-20250601.csv', 'a');
      const at = ({ port }: Wire) => ({ endpoint: `https://127.0.0.1:${port}` });
      expect(outcomes((await look({ ...at(right), ca: authority.certFile })).taken)).toEqual(['a-20250601.csv taken']);
      expect(await ruleOf(look(at(right)))).toBe('transport-certificate');
      await expect(look({ ...at(old), ca: authority.certFile })).rejects.toMatchObject({ details: { rule: 'transport-certificate', code: 'CERT_HAS_EXPIRED' } });
      expect(await ruleOf(look({ ...at(right), ca: join(folder, 'nowhere.pem') }))).toBe('transport-certificate');
    } finally {
      await right.close();
      await old.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is not there, or its service is down', async () => {
    expect(await ruleOf(look({ bucket: 'nowhere' }))).toBe('transport-source');
    expect(await ruleOf(look({ endpoint: 'http://127.0.0.1:1' }))).toBe('transport-unreachable');
  });

  it('is gone in the middle of an object: nothing is taken, the next attempt takes it whole', async () => {
    const big = Buffer.alloc(6_000_000, 'abcdefghijklm\n');
    await lay('a-20250601.csv', big);
    const transport = await opened();
    const arrival = (await transport.arrivals(null, new AbortController().signal).next()).value as Arrival;
    wire.fail({ bytes: 2_500_000, how: 'cut' });
    const first = await take(arrival);
    expect([first.rule, (first.error as HubError).retry]).toEqual(['transport-broken', true]);
    wire.fail(null);
    expect((await take(arrival)).bytes?.equals(big)).toBe(true);
    await transport.close();
  });

  it.each([
    ['SignatureDoesNotMatch', 403, 'transport-denied'], ['RequestTimeTooSkewed', 403, 'transport-answer'], ['SlowDown', 503, 'transport-limited'], ['AccessDenied', 403, 'transport-source'],
    ['InternalError', 500, 'transport-broken'], ['MalformedXML', 400, 'transport-answer'],
  ])('says %s (%d): %s', async (name, httpStatusCode, rule) => {
    const fault = s3Fault({ name, $metadata: { httpStatusCode } }, { place: 's3://drop/', bucket: 'drop', reading: false, now: new Date() });
    expect(await ruleOf(Promise.reject(fault))).toBe(rule);
  });
});
