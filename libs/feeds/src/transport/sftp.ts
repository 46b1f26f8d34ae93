import { posix } from 'node:path';
import type { SFTPWrapper, Stats } from 'ssh2';
import { type Drop, DROP_OPTIONS, DropTransport } from './drop.js';
import { transportFault } from './fault.js';
import { SILENCE } from './patience.js';
import { openLine, type SftpLine, type SftpTarget } from './sftp-line.js';
import type { Transport, TransportContext, TransportKind } from './transport.js';

/** Read ahead of the taker: two of these. */
const CHUNK = 1 << 20;
/** What every server gives at one request; a chunk's requests are under way together, or distance would set the pace. */
const BLOCK = 32_768;
const [NO_SUCH_FILE, PERMISSION_DENIED] = [2, 3];

/** `sftp`: files laid into a folder of the supplier's SFTP server, each with its manifest. Unknown servers are not talked to. */
export const sftp: TransportKind = {
  options: {
    is: 'keys',
    required: {
      host: { is: 'text' }, user: { is: 'text' }, folder: { is: 'text' }, credential: { is: 'text' },
      hostKey: { is: 'text', like: /^SHA256:[A-Za-z0-9+/]{43}=?$/ },
    },
    optional: { port: { is: 'integer', min: 1, max: 65_535 }, ...DROP_OPTIONS },
  },
  async open(context) {
    return openSftp(context);
  },
};

/** @param silence milliseconds without a byte after which the server counts as lost */
export function openSftp(context: TransportContext, silence = SILENCE): Transport {
  return new DropTransport(new SftpDrop(context, silence), context, silence);
}

class SftpDrop implements Drop {
  readonly place: string;
  private readonly target: SftpTarget;
  private readonly folder: string;
  private line: Promise<SftpLine> | null = null;

  constructor(private readonly context: TransportContext, private readonly silence: number) {
    const { host, port = 22, user, folder, hostKey } = context.options as { host: string; port?: number; user: string; folder: string; hostKey: string };
    this.target = { host, port, user, hostKey };
    this.folder = folder;
    this.place = `${host}:${folder}`;
  }

  async list(signal: AbortSignal): Promise<Map<string, string | null>> {
    const { sftp } = await this.connected(signal);
    const entries = await this.call<{ filename: string; attrs: Stats }[]>(signal, undefined, (done) => sftp.readdir(this.folder, done));
    return new Map(entries.filter(({ attrs }) => !attrs.isDirectory()).map(({ filename, attrs }) => [filename, identityOf(attrs)]));
  }

  async identity(name: string, signal: AbortSignal): Promise<string | null> {
    const { sftp } = await this.connected(signal);
    return this.call<string | null>(signal, name, (done) => sftp.lstat(this.pathOf(name), (error, stat) => {
      if (isStatus(error, NO_SUCH_FILE)) done(undefined, null);
      else done(error, error ? undefined : identityOf(stat));
    }));
  }

  async* chunks(name: string, identity: string, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
    // A link in the file's place would be followed when it is opened.
    if (await this.identity(name, signal) !== identity) throw changed(name);
    const { sftp } = await this.connected(signal);
    const drop = (): void => { void this.close(); };
    const handle = await this.call<Buffer>(signal, name, (done) => sftp.open(this.pathOf(name), 'r', done));
    signal.addEventListener('abort', drop, { once: true });
    try {
      const stat = await this.call<Stats>(null, name, (done) => sftp.fstat(handle, done));
      if (identityOf(stat) !== identity) throw changed(name);
      const fill = async (buffer: Buffer, from: number): Promise<Buffer> => {
        const chunk = buffer.subarray(0, Math.min(buffer.length, stat.size - from));
        const blocks = Array.from({ length: Math.ceil(chunk.length / BLOCK) }, (_, i) => i * BLOCK);
        await Promise.all(blocks.map((at) => this.fillBlock(sftp, { name, handle }, chunk.subarray(at, at + BLOCK), from + at)));
        return chunk;
      };
      const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(Math.min(CHUNK, Math.max(stat.size, 1))));
      let next = stat.size > 0 ? fill(buffers[0], 0) : null;
      for (let at = 0, turn = 1; next !== null; turn = 1 - turn) {
        const chunk: Buffer = await next;
        at += chunk.length;
        next = at < stat.size ? fill(buffers[turn], at) : null;
        // Whoever stops early leaves this one behind: its failure is nobody's.
        next?.catch(() => undefined);
        yield chunk;
      }
      if (identityOf(await this.call<Stats>(null, name, (done) => sftp.fstat(handle, done))) !== identity) throw changed(name);
    } finally {
      signal.removeEventListener('abort', drop);
      sftp.close(handle, () => undefined);
    }
  }

  async move(name: string, to: string, signal: AbortSignal): Promise<void> {
    const { sftp } = await this.connected(signal);
    // That it is there already is the usual failure; any other is told by the next step.
    await this.call<void>(signal, name, (done) => sftp.mkdir(posix.dirname(this.pathOf(to)), () => done(undefined)));
    // A rename does not overwrite here.
    await this.call<void>(signal, name, (done) => sftp.unlink(this.pathOf(to), () => done(undefined)));
    await this.call<void>(signal, name, (done) => sftp.rename(this.pathOf(name), this.pathOf(to), done));
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    const { sftp } = await this.connected(signal);
    await this.call<void>(signal, name, (done) => sftp.unlink(this.pathOf(name), done));
  }

  async close(): Promise<void> {
    const line = this.line;
    this.line = null;
    await line?.then((one) => one.end(), () => undefined);
  }

  /** The connection there is, or a new one: what is read after the wire was cut is another attempt. */
  private async connected(signal: AbortSignal): Promise<SftpLine> {
    const line = this.line;
    if (line !== null && await line.then((one) => one.lost, () => true) && this.line === line) this.line = null;
    this.line ??= this.context.credential(this.context.options['credential'] as string)
      .then((credential) => openLine(this.target, credential, Math.ceil(this.silence * 2 / 3), signal));
    return this.line;
  }

  private async fillBlock(sftp: SFTPWrapper, { name, handle }: { name: string; handle: Buffer }, block: Buffer, position: number): Promise<void> {
    for (let got = 0; got < block.length;) {
      const read = await this.call<number>(null, name, (done) => sftp.read(handle, block, got, block.length - got, position + got, done));
      if (read === 0) throw changed(name);
      got += read;
    }
  }

  /** One request; given up, it takes the connection with it, since its answer may still come. Without a signal whoever asks sees to that. */
  private async call<T>(signal: AbortSignal | null, name: string | undefined, ask: (done: (error: Error | null | undefined, value?: T) => void) => void): Promise<T> {
    const drop = (): void => { void this.close(); };
    signal?.throwIfAborted();
    signal?.addEventListener('abort', drop, { once: true });
    try {
      return await new Promise<T>((resolve, reject) => ask((error, value) => error ? reject(error) : resolve(value as T)));
    } catch (cause) {
      throw this.fault(cause, name);
    } finally {
      signal?.removeEventListener('abort', drop);
    }
  }

  /** @param name of a file that was there a moment ago */
  private fault(cause: unknown, name: string | undefined): unknown {
    const { place } = this;
    if (isStatus(cause, NO_SUCH_FILE)) {
      return name === undefined ? transportFault('transport-source', `文件夹 ${place} 不存在`, `There is no folder ${place}`, { place }, cause) : changed(name, cause);
    }
    if (isStatus(cause, PERMISSION_DENIED)) {
      const what = name === undefined ? place : `${place}/${name}`;
      return transportFault('transport-source', `没有 ${what} 的访问权限`, `${what} may not be used`, { place }, cause);
    }
    return transportFault('transport-broken', `与 ${place} 的连接中断`, `The connection to ${place} broke off`, { place }, cause);
  }

  private pathOf(name: string): string {
    return posix.join(this.folder, name);
  }
}

/** A server's clock tells seconds; what slips through within one is found by the sum. */
function identityOf(stat: Stats): string | null {
  return stat.isFile() ? `${stat.size}:${stat.mtime}` : null;
}

function isStatus(error: unknown, status: number): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === status;
}

function changed(file: string, cause?: unknown): unknown {
  return transportFault('transport-changed', `${file} 在读取期间被改动或替换`, `${file} was changed or replaced while it was read`, { file }, cause);
}
