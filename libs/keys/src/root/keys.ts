import { hkdfSync } from 'node:crypto';
import { HubError } from '#kernel';
import { HubSigner } from '../sign/hub-signer.js';
import { Sealer } from '../seal/sealer.js';
import { TokenCipher } from '../token/token-cipher.js';

export type TokenPurpose = 'document' | 'phone' | 'source-key' | 'person-id';

const SALT = 'hushu';

/** What names a thing for good: a source record's key, a person's wire id. They stay when documents are sealed anew. */
const LASTING: ReadonlySet<TokenPurpose> = new Set(['source-key', 'person-id']);

/** Every key of the hub, derived by purpose and epoch from the root keys (HKDF, RFC 5869, over SM3, GB/T 32905). */
export class Keys {
  private readonly ciphers = new Map<string, TokenCipher>();
  private theSealer: Sealer | undefined;
  private theSigner: HubSigner | undefined;
  /** The epoch documents and phones are tokenised and files sealed under: the newest. */
  readonly epoch: number;
  private readonly oldest: number;

  /** Root keys of 32 bytes by epoch (from 1). */
  constructor(private readonly roots: ReadonlyMap<number, Uint8Array>) {
    this.epoch = Math.max(...roots.keys());
    this.oldest = Math.min(...roots.keys());
  }

  /** The same keys as they stood at an earlier epoch: what re-tokenising reads with. */
  at(epoch: number): Keys {
    this.root(epoch);
    return new Keys(new Map([...this.roots].filter(([e]) => e <= epoch)));
  }

  /** The cipher of one purpose; a scope (a feed) makes its tokens incomparable with those of another scope. */
  tokens(purpose: TokenPurpose, scope = ''): TokenCipher {
    const name = scope === '' ? purpose : `${purpose}/${scope}`;
    let cipher = this.ciphers.get(name);
    if (cipher === undefined) {
      cipher = new TokenCipher(this.derive(`token/${name}`, LASTING.has(purpose) ? this.oldest : this.epoch, 16));
      this.ciphers.set(name, cipher);
    }
    return cipher;
  }

  /** A secret that must outlive every change of epoch: passwords of the stages' logins, the seed of row hashes, HMAC keys. */
  secret(name: string, bytes: number): Buffer {
    return this.derive(`secret/${name}`, this.oldest, bytes);
  }

  sealer(): Sealer {
    return (this.theSealer ??= new Sealer(this.epoch, new Map([...this.roots.keys()].map((e) => [e, this.derive('seal', e, 32)]))));
  }

  /** The hub's own hand under what it tells other hubs; it stays when documents are sealed anew. */
  hubSigner(): HubSigner {
    return (this.theSigner ??= new HubSigner(this.secret('hub-signing', 32)));
  }

  private derive(purpose: string, epoch: number, bytes: number): Buffer {
    return Buffer.from(hkdfSync('sm3', this.root(epoch), SALT, `${purpose}#${epoch}`, bytes));
  }

  private root(epoch: number): Uint8Array {
    const root = this.roots.get(epoch);
    if (root === undefined) {
      throw new HubError({
        code: 'HUSHU-KEYS-04', zh: `没有第 ${epoch} 期的根密钥。`, en: `There is no root key of epoch ${epoch}.`,
        hintZh: '请从备份恢复该期根密钥。', hintEn: 'Restore the root key of that epoch from its copy.', details: { epoch },
      });
    }
    return root;
  }
}
