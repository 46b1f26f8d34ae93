import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Drop, DROP_OPTIONS, DropTransport } from './drop.js';
import { transportFault } from './fault.js';
import { authorityFile } from './http/client.js';
import { SILENCE } from './patience.js';
import { s3Fault } from './s3-faults.js';
import type { Transport, TransportContext, TransportKind } from './transport.js';

/** `s3`: objects below a prefix of a bucket, each with its manifest; of Amazon or of anything that speaks its protocol. */
export const s3: TransportKind = {
  options: {
    is: 'keys',
    required: { bucket: { is: 'text' }, credential: { is: 'text' } },
    optional: {
      endpoint: { is: 'text', like: /^https?:\/\/[^/@?#]+\/?$/ }, region: { is: 'text' }, prefix: { is: 'text', like: /^[^/].*$/ }, pathStyle: { is: 'flag' }, ca: { is: 'text' },
      ...DROP_OPTIONS,
    },
  },
  async open(context) {
    return openS3(context);
  },
};

/** @param silence milliseconds without a byte after which the service counts as lost */
export function openS3(context: TransportContext, silence = SILENCE): Transport {
  return new DropTransport(new BucketDrop(context, silence), context, silence);
}

type Sdk = typeof import('@aws-sdk/client-s3');
interface Options { endpoint?: string; region?: string; bucket: string; prefix?: string; pathStyle?: boolean; ca?: string; credential: string }

class BucketDrop implements Drop {
  readonly place: string;
  private readonly options: Options;
  private readonly prefix: string;
  private opened: Promise<{ sdk: Sdk; client: S3Client }> | null = null;

  constructor(private readonly context: TransportContext, private readonly silence: number) {
    this.options = context.options as unknown as Options;
    this.prefix = this.options.prefix === undefined ? '' : this.options.prefix.replace(/\/*$/, '/');
    this.place = `s3://${this.options.bucket}/${this.prefix}`;
  }

  async list(abortSignal: AbortSignal): Promise<Map<string, string | null>> {
    const { sdk, client } = await this.connected();
    const lies = new Map<string, string | null>();
    for (let ContinuationToken: string | undefined; ;) {
      const page = await this.told(undefined, () => client.send(
        new sdk.ListObjectsV2Command({ Bucket: this.options.bucket, Prefix: this.prefix, Delimiter: '/', ContinuationToken }), { abortSignal },
      ));
      for (const { Key = '', ETag = '' } of page.Contents ?? []) if (Key !== this.prefix) lies.set(Key.slice(this.prefix.length), ETag);
      ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      if (ContinuationToken === undefined) return lies;
    }
  }

  async identity(name: string, abortSignal: AbortSignal): Promise<string | null> {
    const { sdk, client } = await this.connected();
    return this.told(name, async () => {
      try {
        return (await client.send(new sdk.HeadObjectCommand(this.object(name)), { abortSignal })).ETag ?? '';
      } catch (error) {
        if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return null;
        throw error;
      }
    });
  }

  async* chunks(name: string, identity: string, abortSignal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    const { sdk, client } = await this.connected();
    const answer = await this.told(name, () => client.send(new sdk.GetObjectCommand({ ...this.object(name), IfMatch: identity }), { abortSignal }));
    const body = answer.Body as Readable;
    try {
      // Not every service heeds If-Match.
      if (answer.ETag !== identity) throw changed(name);
      let bytes = 0;
      const iterator = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      for (;;) {
        const next = await this.told(name, () => iterator.next(), true);
        if (next.done) break;
        bytes += next.value.length;
        yield next.value;
      }
      if (answer.ContentLength !== undefined && bytes < answer.ContentLength) {
        throw transportFault('transport-broken', `${this.place} 的传输提前结束`, `The transfer from ${this.place} ended early`, { place: this.place });
      }
    } finally {
      body.destroy();
    }
  }

  async move(name: string, to: string, abortSignal: AbortSignal): Promise<void> {
    const { sdk, client } = await this.connected();
    const { Bucket, Key } = this.object(name);
    const CopySource = `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`;
    await this.told(name, () => client.send(new sdk.CopyObjectCommand({ ...this.object(to), CopySource }), { abortSignal }));
    this.context.passed?.('copied');
    await this.remove(name, abortSignal);
  }

  async remove(name: string, abortSignal: AbortSignal): Promise<void> {
    const { sdk, client } = await this.connected();
    await this.told(name, () => client.send(new sdk.DeleteObjectCommand(this.object(name)), { abortSignal }));
  }

  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = null;
    await opened?.then(({ client }) => client.destroy(), () => undefined);
  }

  private connected(): Promise<{ sdk: Sdk; client: S3Client }> {
    return this.opened ??= this.connect();
  }

  private async connect(): Promise<{ sdk: Sdk; client: S3Client }> {
    const { endpoint, region = 'us-east-1', pathStyle, ca, credential } = this.options;
    const [, accessKeyId, secretAccessKey] = /^\s*([^:\s]+):(\S+)\s*$/.exec(await this.context.credential(credential)) ?? [];
    if (accessKeyId === undefined) {
      throw transportFault('transport-denied', '所录入的密钥应为 “accessKeyId:secretAccessKey”', 'The key that was entered must be "accessKeyId:secretAccessKey"', { place: this.place }, undefined,
        { zh: `运行 hushu credential set ${credential}，按 accessKeyId:secretAccessKey 录入。`, en: `Run hushu credential set ${credential} and enter it as accessKeyId:secretAccessKey.` });
    }
    const authority = ca === undefined ? undefined : await authorityFile(resolve(this.context.contract.folder, ca), (path) => readFile(path, 'utf8'));
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      region, endpoint, forcePathStyle: pathStyle ?? endpoint !== undefined, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 2,
      requestHandler: { connectionTimeout: Math.ceil(this.silence / 3), ...(authority === undefined ? {} : { httpsAgent: { ca: authority, keepAlive: true, maxSockets: 50 } }) },
      // Other services than Amazon's know none of the newer sums; what is read is held against its SM3 anyhow.
      requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { sdk, client };
  }

  /** @param name of an object that was there a moment ago */
  private async told<T>(name: string | undefined, work: () => Promise<T>, reading = false): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw s3Fault(cause, { place: this.place, bucket: this.options.bucket, name, reading, now: this.context.clock.now() }) ?? changed(name ?? '', cause);
    }
  }

  private object(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.options.bucket, Key: this.prefix + name };
  }
}

function changed(file: string, cause?: unknown): unknown {
  return transportFault('transport-changed', `${file} 在读取期间被改动或替换`, `${file} was changed or replaced while it was read`, { file }, cause);
}
