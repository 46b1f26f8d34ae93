import { transportFault } from '#feeds';
import type { CredentialStore } from '#keys';
import { credentialSetting } from '#services';

/**
 * Read anew each time: a credential that was set while the worker runs is used by the next fetch.
 * @throws HubError with rule `credential-missing`
 */
export async function credentialOf(store: CredentialStore, name: string): Promise<string> {
  const value = credentialSetting(name) ?? await store.read(name);
  if (value === null) throw transportFault('credential-missing', `没有名为 ${name} 的口令或密钥`, `There is no credential ${name}`, { credential: name });
  return value;
}
