import { createHash } from 'node:crypto';
import type { Client, SFTPWrapper } from 'ssh2';
import type { HubError } from '#kernel';
import { transportFault } from './fault.js';

export interface SftpTarget {
  host: string;
  port: number;
  user: string;
  /** The server's key as ssh-keygen -l shows it: SHA256:… */
  hostKey: string;
}

/** A connection that stands; `lost` once it does not. */
export interface SftpLine { sftp: SFTPWrapper; readonly lost: boolean; end(): void }

/**
 * Signs in at a server whose key is the one agreed upon, with a private key when `credential` is one, else with it as a password.
 * @param patience milliseconds until it must have come about
 */
export async function openLine(target: SftpTarget, credential: string, patience: number, signal: AbortSignal): Promise<SftpLine> {
  const { default: { Client } } = await import('ssh2');
  signal.throwIfAborted();
  const client = new Client();
  let lost = false;
  let seen: string | undefined;
  const drop = (): void => { client.destroy(); };
  signal.addEventListener('abort', drop, { once: true });
  try {
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
      const failed = (cause: Error & { level?: string }): void => reject(signinFault(target, seen, cause));
      // For good: an error of a connection that has done its work is nobody's.
      client.on('error', failed).on('close', () => {
        lost = true;
        failed(new TypeError('closed'));
      });
      client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => credential)));
      client.once('ready', () => client.sftp((error, channel) => error ? reject(withoutSftp(target, error)) : resolve(channel)));
      client.connect({
        host: target.host, port: target.port, username: target.user, readyTimeout: patience, keepaliveInterval: 10_000,
        ...isPrivateKey(credential) ? { privateKey: credential } : { password: credential, tryKeyboard: true },
        hostVerifier: (key: Buffer) => {
          seen = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
          return seen === target.hostKey.replace(/=+$/, '');
        },
      });
    }).catch((error: unknown) => {
      client.destroy();
      throw error instanceof Error && 'code' in error && String(error.code).startsWith('HUSHU') ? error : signinFault(target, seen, error as Error);
    });
    return { sftp, get lost() { return lost; }, end: () => endOf(client) };
  } finally {
    signal.removeEventListener('abort', drop);
  }
}

function endOf(client: Client): void {
  client.end();
  // A server that does not answer does not keep the process.
  client.destroy();
}

function isPrivateKey(credential: string): boolean {
  return /^\s*(-----BEGIN |PuTTY-User-Key-File)/.test(credential);
}

function withoutSftp({ host, port }: SftpTarget, cause: Error): HubError {
  return transportFault('transport-answer', `${host}:${port} 不提供 SFTP`, `${host}:${port} does not offer SFTP`, { host, port }, cause);
}

function signinFault(target: SftpTarget, seen: string | undefined, cause: Error & { level?: string; code?: string }): HubError {
  const { host, port, user, hostKey } = target;
  const where = { host, port, user };
  if (seen !== undefined && seen !== hostKey.replace(/=+$/, '')) {
    return transportFault('transport-denied',
      `${host}:${port} 的主机密钥是 ${seen}，与契约的 hostKey 不符，未登录`,
      `The host key of ${host}:${port} is ${seen}, not the contract's hostKey; nobody signed in`, { ...where, hostKey: seen }, cause, {
        zh: '向供数部门当面或电话核实主机密钥；确已更换，方可修改 feed.yaml 的 hostKey，否则可能有人冒充。',
        en: 'Have the supplier confirm the key in person or by phone; only then change hostKey in feed.yaml. Otherwise somebody may be posing as it.',
      });
  }
  if (cause.message.includes('privateKey')) {
    return transportFault('transport-denied', '所录入的私钥无法读取 (格式不符，或带有口令)', 'The private key that was entered cannot be read (another format, or under a passphrase)', where, cause,
      { zh: '用 hushu credential set 录入不带口令的 OpenSSH 私钥。', en: 'Enter an OpenSSH private key without a passphrase with hushu credential set.' });
  }
  if (cause.level === 'client-authentication') {
    return transportFault('transport-denied', `${host}:${port} 不接受用户 ${user} 的口令或密钥`, `${host}:${port} does not take the password or key of ${user}`, where, cause);
  }
  if (cause.level === 'handshake') {
    return transportFault('transport-answer', `与 ${host}:${port} 没有共同的加密方式`, `${host}:${port} and this hub have no cipher in common`, where, cause);
  }
  return transportFault('transport-unreachable', `无法连接 ${host}:${port} (${cause.code ?? '没有答复'})`, `${host}:${port} cannot be reached (${cause.code ?? 'no answer'})`, where, cause);
}
