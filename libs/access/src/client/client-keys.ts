import { HubError } from '#kernel';

/** The public half of a client's keys. */
export interface PublicKeys { keys: Record<string, unknown>[] }

/** What a key of each type may sign with; a key names exactly one of them. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  EC: ['ES256', 'ES384', 'ES512'],
  RSA: ['PS256', 'PS384', 'PS512', 'RS256'],
  OKP: ['EdDSA', 'Ed25519'],
};

/** Refuses a set that holds a private part, a shared secret, or a key that does not name its one algorithm and id. */
export function checkJwks(set: PublicKeys): void {
  const keys = Array.isArray(set?.keys) ? set.keys : [];
  const ids = new Set<unknown>();
  const bad = keys.findIndex((key) => {
    const allowed = typeof key['kty'] === 'string' && Object.hasOwn(ALGORITHMS, key['kty']) ? ALGORITHMS[key['kty']]! : [];
    const isPrivate = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].some((part) => part in key);
    const repeated = ids.has(key['kid']);
    ids.add(key['kid']);
    return isPrivate || repeated || typeof key['kid'] !== 'string' || !allowed.includes(key['alg'] as string);
  });
  if (keys.length > 0 && bad < 0) return;
  throw new HubError({
    code: 'HUSHU-ACCESS-07',
    zh: '公钥集不合规', en: 'Not a usable set of public keys',
    hintZh: '每个公钥写明 kid 和唯一的 alg(ES256、PS256、EdDSA 等),不得含私钥部分',
    hintEn: 'Each key names its kid and its one alg (ES256, PS256, EdDSA, …) and holds no private part',
    details: { key: bad },
  });
}
