// Role: every key of the hub and what is done with it: tokens of numbers, wire ids of people, sealed files, derived secrets, suppliers' credentials, statements signed for other hubs.
// Hides: the root key file, key derivation, SM4 and SM3; a cipher machine would stand behind this door.
// Reads: root.key in the folder it is given; files it is asked to seal or open.
// Writes: root.key on first use; sealed files, credentials among them.
// Never: hands out a root key, writes a number in clear, logs.
export { loadKeys } from './root/root-keys.js';
export { Keys, type TokenPurpose } from './root/keys.js';
export { TokenCipher, bytesOf, uuidOf } from './token/token-cipher.js';
export { documentToken, openDocument, openPhone, personIdOf, personOf, phoneToken } from './token/tokens.js';
export { documentTokens, openNumbers, personIdsOf, type PlainDocument } from './token/token-batches.js';
export { type Sealer } from './seal/sealer.js';
export { discard, type SealedFile } from './seal/seal-file.js';
export { hubKeyOf, type HubSigner } from './sign/hub-signer.js';
export { readStatement, signStatement, type StatementFault } from './sign/statement.js';
export { CredentialStore } from './credential/credential-store.js';
