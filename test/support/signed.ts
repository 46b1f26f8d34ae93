import { createHash, createHmac } from 'node:crypto';
import { createServer, request as ask, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A guard before an S3 service that checks signatures as Amazon's does (AWS Signature Version 4), which the service itself does not. */
export interface SignatureGuard {
  port: number;
  /** Its clock goes wrong by so many milliseconds; `told`: its answers say what it shows. */
  clock(off: number, told?: boolean): void;
  /** Requests it turned away, by the code it gave. */
  refused: string[];
  close(): Promise<void>;
}

const FIFTEEN_MINUTES = 15 * 60_000;

export async function startSignatureGuard(port: number, secret: string): Promise<SignatureGuard> {
  const refused: string[] = [];
  let off = 0;
  let told = true;
  const server = createServer((request, response) => {
    const now = Date.now() + off;
    const code = Math.abs(timeOf(request) - now) > FIFTEEN_MINUTES ? 'RequestTimeTooSkewed' : isSigned(request, secret) ? null : 'SignatureDoesNotMatch';
    if (code !== null) {
      refused.push(code);
      request.resume();
      response.sendDate = false;
      response.writeHead(403, { 'content-type': 'application/xml', ...(told && { date: new Date(now).toUTCString() }) }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
      return;
    }
    const passed = ask({ port, host: '127.0.0.1', method: request.method, path: request.url, headers: off === 0 ? request.headers : { ...request.headers, 'x-amz-date': compact(new Date()) } }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port, refused,
    clock(by, says = true) { [off, told] = [by, says]; },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function compact(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function timeOf({ headers }: IncomingMessage): number {
  return Date.parse(String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}

/** The signature made again from the request and the secret, and compared. */
function isSigned({ method, url, headers }: IncomingMessage, secret: string): boolean {
  const [, scope, names, signature] = /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? '') ?? [];
  if (scope === undefined) return false;
  const [path, query = ''] = url!.split('?');
  const pairs = [...new URLSearchParams(query)].map(([key, value]) => `${escaped(key)}=${escaped(value)}`).sort();
  const canonical = [method, path, pairs.join('&'), ...names!.split(';').map((name) => `${name}:${String(headers[name]).trim()}`), '', names, headers['x-amz-content-sha256']].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = scope.split('/').reduce<Buffer | string>((before, part) => createHmac('sha256', before).update(part).digest(), `AWS4${secret}`);
  return createHmac('sha256', key).update(toSign).digest('hex') === signature;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
