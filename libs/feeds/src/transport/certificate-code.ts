/** OpenSSL's code of a refusal, from its words: some drivers put a code of their own in its place. Undefined: they speak of no certificate. */
export function certificateCode(words: string): string | undefined {
  if (!/certificate/i.test(words)) return undefined;
  if (/has expired/.test(words)) return 'CERT_HAS_EXPIRED';
  if (/not yet valid/.test(words)) return 'CERT_NOT_YET_VALID';
  if (/altnames/.test(words)) return 'ERR_TLS_CERT_ALTNAME_INVALID';
  return /self.signed/.test(words) ? 'SELF_SIGNED_CERT_IN_CHAIN' : 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
}
