import { HubError } from '#kernel';

export type SealFault = 'not-sealed' | 'key' | 'tampered' | 'truncated';

const HINT = { hintZh: '请从备份恢复该文件，或请提供部门重新交付。', hintEn: 'Restore the file from its copy, or ask the supplier to deliver again.' };

/** Why sealed data cannot be opened. */
export function sealError(fault: SealFault): HubError {
  switch (fault) {
    case 'not-sealed':
      return new HubError({ code: 'HUSHU-KEYS-10', zh: '数据不是本系统的加密格式。', en: 'These data were not sealed by the hub.', details: { fault }, ...HINT });
    case 'key':
      return new HubError({
        code: 'HUSHU-KEYS-11', zh: '密钥不符，或加密文件头已被改动。', en: 'The key is another one, or the seal’s header was changed.', details: { fault },
        hintZh: '请确认使用的是当时的根密钥。', hintEn: 'Check that the root key is the one of that time.',
      });
    case 'tampered':
      return new HubError({ code: 'HUSHU-KEYS-12', zh: '加密数据已被改动。', en: 'The sealed data were changed.', details: { fault }, ...HINT });
    case 'truncated':
      return new HubError({ code: 'HUSHU-KEYS-13', zh: '加密数据不完整，尾部缺失。', en: 'The sealed data are cut short.', details: { fault }, ...HINT });
  }
}

export function sealFaultOf(error: unknown): SealFault | undefined {
  return error instanceof HubError && error.code.startsWith('HUSHU-KEYS-1') ? (error.details as { fault: SealFault }).fault : undefined;
}
