import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasOpenssl, makeCertificate, type Certificate } from '../../../../test/support/certificates.js';
import { JsonService } from '../../../../test/support/json-service.js';
import { deliver, PATIENT, refusalOf } from './http.fixture.js';

const ROWS = [{ 编号: 'A1' }, { 编号: 'A2' }];
const say = hasOpenssl ? describe : describe.skip;
if (!hasOpenssl) process.stderr.write('openssl is not on this machine: certificates over HTTP were not tested\n');

say('a fetch over HTTPS', () => {
  let folder: string;
  let authority: Certificate;
  const services: JsonService[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hushu-tls-'));
    authority = await makeCertificate(folder, 'fiction-authority', 'authority.invalid', null);
  });
  afterAll(async () => {
    for (const service of services) await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function behind(tls: { key: string; cert: string }): Promise<JsonService> {
    const service = await JsonService.start({ rows: ROWS, tls });
    services.push(service);
    return service;
  }

  it('trusts the authority the contract names, and it alone', async () => {
    const service = await behind(await makeCertificate(folder, 'right', '127.0.0.1', authority));
    const { arrivals } = await deliver({ url: service.url(), pageSize: 1, ca: authority.certFile });
    expect(arrivals[0].text).toBe('{"编号":"A1"}\n{"编号":"A2"}\n');
    const error = await refusalOf(() => deliver({ url: service.url() }));
    expect(error.details).toMatchObject({ rule: 'transport-certificate', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', subject: 'right', issuer: 'fiction-authority' });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'has expired', '已过期', '127.0.0.1', { from: '20240101000000Z', until: '20250101000000Z' }],
    ['CERT_NOT_YET_VALID', 'is not valid yet', '尚未生效', '127.0.0.1', { from: '20480101000000Z', until: '20490101000000Z' }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'is not made out to this host', '不是发给这个主机的', '127.0.0.9', null],
  ])('%s: says so, with the dates, and asks once only', async (code, en, zh, host, days) => {
    const service = await behind(await makeCertificate(folder, code.toLowerCase(), host, authority, days));
    const error = await refusalOf(() => deliver({ url: service.url(), ca: authority.certFile }));
    expect(error.details).toMatchObject({ rule: 'transport-certificate', code, subject: code.toLowerCase(), issuer: 'fiction-authority', from: expect.stringMatching(/^20\d\d-/), until: expect.stringMatching(/^20\d\d-/) });
    expect(error.text.en).toContain(en);
    expect(error.text.zh).toContain(zh);
    if (days !== null) expect(error.text.en).toContain(`valid ${days.from.slice(0, 4)}-01-01T00:00:00.000Z to ${days.until.slice(0, 4)}-01-01T00:00:00.000Z`);
    expect(service.asked).toHaveLength(0);
  });

  it('a certificate signed by itself', async () => {
    const service = await behind(await makeCertificate(folder, 'itself', '127.0.0.1', null));
    expect((await refusalOf(() => deliver({ url: service.url() }))).details).toMatchObject({ rule: 'transport-certificate', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', subject: 'itself' });
  });

  it('a host that speaks no TLS, and an authority file that is none', async () => {
    const plain = await JsonService.start({ rows: ROWS });
    services.push(plain);
    const error = await refusalOf(() => deliver({ url: plain.url().replace('http:', 'https:') }, null, { ...PATIENT, tries: 1 }));
    expect(error.details).toMatchObject({ rule: 'transport-certificate', host: `127.0.0.1:${plain.port}` });
    const file = join(folder, 'empty.pem');
    await writeFile(file, 'no certificate');
    expect((await refusalOf(() => deliver({ url: plain.url(), insecure: true, ca: file }))).details).toEqual({ rule: 'transport-certificate', file: 'empty.pem' });
  });
});
