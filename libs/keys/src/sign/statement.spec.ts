import { describe, expect, it } from '@jest/globals';
import { compactVerify, importJWK } from 'jose';
import { HubSigner, hubKeyOf } from './hub-signer.js';
import { readStatement, signStatement } from './statement.js';

const [city, other] = [new HubSigner(Buffer.alloc(32, 1)), new HubSigner(Buffer.alloc(32, 2))];
const SAYS = { from: 'city', rows: 12, title: '婚姻登记' };

describe('what a hub says under its hand', () => {
  it('is read back by whoever holds its public key', () => {
    expect(readStatement(signStatement(city, 'hushu-manifest', SAYS), 'hushu-manifest', [other.publicKey, city.publicKey])).toEqual({ says: SAYS });
  });

  it('has the key of RFC 8032 and is verified by another library', async () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const signer = new HubSigner(seed);
    expect(Buffer.from(signer.publicKey, 'base64url').toString('hex')).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    // RFC 8037, appendix A.3.
    expect(signer.keyId).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
    const { payload, protectedHeader } = await compactVerify(signStatement(signer, 'hushu-receipt', SAYS), await importJWK({ kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, 'EdDSA'));
    expect([JSON.parse(Buffer.from(payload).toString()), protectedHeader]).toEqual([SAYS, { alg: 'EdDSA', typ: 'hushu-receipt+jws', kid: signer.keyId }]);
  });

  it('is not believed when a letter of it was changed, when another signed it, or when it is another kind', () => {
    const said = signStatement(city, 'hushu-manifest', SAYS);
    const [head, , signature] = said.split('.');
    const read = (statement: unknown, keys = [city.publicKey]): unknown => readStatement(statement, 'hushu-manifest', keys);
    expect(read(`${head}.${Buffer.from(JSON.stringify({ ...SAYS, rows: 13 })).toString('base64url')}.${signature}`)).toEqual({ fault: 'signature' });
    expect(read(said, [other.publicKey])).toEqual({ fault: 'key' });
    // Who signs with an own key under the other's name.
    const forged = signStatement(other, 'hushu-manifest', SAYS).split('.');
    expect(read([head, forged[1], forged[2]].join('.'))).toEqual({ fault: 'signature' });
    expect(read(signStatement(city, 'hushu-receipt', SAYS))).toEqual({ fault: 'kind' });
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'hushu-manifest+jws', kid: city.keyId })).toString('base64url');
    for (const none of [undefined, 7, '', 'a.b', 'a.b.c', `${unsigned}.${said.split('.')[1]}.`, `${unsigned}.${said.split('.')[1]}.${signature}`, `${said}x`, 'x'.repeat(20_000)]) expect(read(none)).toEqual({ fault: 'form' });
  });

  it('knows a public key from what is none', () => {
    expect(hubKeyOf(city.publicKey)).not.toBeNull();
    for (const none of ['', 'abc', `${city.publicKey}=`, city.publicKey.slice(1)]) expect(hubKeyOf(none)).toBeNull();
  });
});
