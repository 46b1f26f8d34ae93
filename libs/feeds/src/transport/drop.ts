import { createHash } from 'node:crypto';
import type { HubError } from '#kernel';
import type { Shape } from '../contract/contract-shape.js';
import { transportFault, transportRuleOf } from './fault.js';
import { businessTime, MANIFEST, MANIFEST_BYTES, readManifest, type Manifest } from './manifest.js';
import { flowing, patiently, type Patience, SILENCE } from './patience.js';
import type { Arrival, Look, Transport, TransportContext } from './transport.js';

/** Where a supplier lays down files, wherever that is. Names are without a folder. Every failure is a `transport-…` fault. */
export interface Drop {
  /** Where, for people. */
  place: string;
  /** What lies there now, folders left out, each with what changes when the file does; null when it is not a plain file. */
  list(signal: AbortSignal): Promise<Map<string, string | null>>;
  /** The same of one file; null also when it is not there. */
  identity(name: string, signal: AbortSignal): Promise<string | null>;
  /** @throws `transport-changed` when the file is not, or while it is read ceases to be, the one of that identity */
  chunks(name: string, identity: string, signal: AbortSignal): AsyncIterable<Buffer>;
  /** `to` may begin with one folder, which is made when it is not there; what has that name already is the same file and makes room. */
  move(name: string, to: string, signal: AbortSignal): Promise<void>;
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** Never throws. */
  close(): Promise<void>;
}

/** What every contract of such a place may say. */
export const DROP_OPTIONS: Record<string, Shape> = {
  pattern: { is: 'pattern', groups: 0 },
  done: { is: 'text', oneOf: ['keep', 'move', 'delete'] },
};

/** How many manifests are read side by side: over a network each is several ways there and back. */
const TOGETHER = 8;

/** What was found of one delivery when the place was looked at. */
interface Found {
  file: string;
  /** Of the file; undefined when it is not there, null when it is not a plain one. */
  identity: string | null | undefined;
  manifestIdentity: string | null;
  /** SM3 of the manifest's bytes. */
  manifestSm3: string;
  manifest: Manifest | HubError;
}

/**
 * The deliveries of a place where each file has its manifest beside it. What is wrong with one of them is thrown by its
 * `chunks`, so that it is told of and those beside it are taken; what is wrong with the place is thrown by `arrivals`.
 */
export class DropTransport implements Transport {
  constructor(private readonly drop: Drop, private readonly context: TransportContext, private readonly silence = SILENCE) {}

  async* arrivals(_cursor: unknown, signal: AbortSignal): AsyncGenerator<Arrival, Look, void> {
    const lies = await patiently(this.patience(signal), (ending) => this.drop.list(ending));
    this.context.passed?.('listed');
    const wanted = this.context.options['pattern'] as RegExp | undefined;
    const files = [...lies.keys()].filter((name) => !name.endsWith(MANIFEST) && isSound(name) && (wanted?.test(name) ?? true));
    const manifests = [...lies.keys()].filter((name) => name.endsWith(MANIFEST)).map((name) => name.slice(0, -MANIFEST.length))
      .filter((file) => isSound(file) && (wanted?.test(file) ?? true));
    let waiting = files.filter((file) => lies.get(file) !== null && !lies.has(file + MANIFEST)).length;

    const found: Found[] = [];
    for (let at = 0; at < manifests.length; at += TOGETHER) {
      const some = await Promise.all(manifests.slice(at, at + TOGETHER).map((file) => this.look(file, lies, signal)));
      for (const one of some) {
        if (one) found.push(one);
        else waiting++;
      }
    }
    const times = new Map(found.map((one) => [one, this.timeOf(one)?.getTime() ?? Infinity]));
    const byTime = (a: Found, b: Found): number => times.get(a)! === times.get(b)! ? 0 : times.get(a)! - times.get(b)!;
    found.sort((a, b) => byTime(a, b) || (a.file < b.file ? -1 : 1));
    for (const one of found) yield this.arrival(one);
    return { current: null, waiting };
  }

  close(): Promise<void> {
    return this.drop.close();
  }

  /** Null when the manifest went or changed just now: the next look finds what there is then. */
  private async look(file: string, lies: ReadonlyMap<string, string | null>, signal: AbortSignal): Promise<Found | null> {
    const name = file + MANIFEST;
    const manifestIdentity = lies.get(name) ?? null;
    const found = { file, identity: lies.get(file), manifestIdentity };
    if (manifestIdentity === null) return { ...found, manifestSm3: 'not-plain', manifest: notPlain('manifest-faulty', name) };
    const parts: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of flowing(this.patience(signal), (ending) => this.drop.chunks(name, manifestIdentity, ending))) {
        parts.push(Buffer.from(chunk.subarray(0, MANIFEST_BYTES + 1)));
        length += chunk.length;
        if (length > MANIFEST_BYTES) break;
      }
    } catch (error) {
      if (transportRuleOf(error) === 'transport-changed') return null;
      if (transportRuleOf(error) === 'transport-source') return { ...found, manifestSm3: 'not-read', manifest: error as HubError };
      throw error;
    }
    const bytes = Buffer.concat(parts);
    this.context.passed?.('manifest');
    return { ...found, manifestSm3: createHash('sm3').update(bytes).digest('hex'), manifest: this.judge(file, bytes) };
  }

  private judge(file: string, bytes: Buffer): Manifest | HubError {
    try {
      const manifest = readManifest(file, bytes);
      if (manifest.asOf ?? this.timeByName(file)) return manifest;
      return transportFault('manifest-faulty', `${file} 的清单与文件名都没有说明数据时点`, `Neither the manifest of ${file} nor its name says its business time`, { file, key: 'asOf' });
    } catch (error) {
      if (transportRuleOf(error) === 'manifest-faulty') return error as HubError;
      throw error;
    }
  }

  private timeOf({ file, manifest }: Found): Date | null {
    return ('asOf' in manifest ? manifest.asOf : undefined) ?? this.timeByName(file);
  }

  private timeByName(file: string): Date | null {
    return businessTime(this.context.contract.asOf.fileName.exec(file)?.[1]);
  }

  private arrival(found: Found): Arrival {
    const { file, manifest, manifestSm3 } = found;
    const id = `${file.slice(0, 200)}:${manifestSm3}`;
    if (manifest instanceof Error) {
      return {
        id, fileName: file, cursor: () => null,
        async* chunks() {
          throw manifest;
        },
      };
    }
    let read: string | undefined;
    const { rows, sm3, bytes, asOf, mode, batchNo } = manifest;
    const chunks = (signal: AbortSignal): AsyncIterable<Buffer> => this.chunks(found, signal, (identity) => { read = identity; });
    return {
      id, fileName: file, asOf, mode, batchNo, promised: { rows, sm3, bytes }, chunks, cursor: () => null,
      ...this.context.options['done'] === 'move' || this.context.options['done'] === 'delete'
        ? { accepted: () => this.settle(found, manifest, read) } : {},
    };
  }

  private async* chunks({ file, identity }: Found, signal: AbortSignal, done: (identity: string) => void): AsyncGenerator<Buffer, void, void> {
    if (identity === null) throw notPlain('manifest-differs', file);
    if (identity === undefined) {
      throw transportFault('transport-changed', `清单已在 ${this.drop.place}，而文件 ${file} 不在`, `In ${this.drop.place} the manifest is there and its file ${file} is not`, { file });
    }
    for await (const chunk of flowing(this.patience(signal), (ending) => this.drop.chunks(file, identity, ending))) {
      this.context.passed?.('read');
      yield chunk;
    }
    done(identity);
  }

  /**
   * Puts away what was taken and nothing else: what lies there now may be the next delivery under the same name.
   * The file goes first, so that a crash between the two is found by the manifest and told again.
   */
  private async settle(found: Found, { sm3 }: Manifest, read: string | undefined): Promise<void> {
    const { file, manifestIdentity, manifestSm3 } = found;
    const manifest = file + MANIFEST;
    const time = this.timeOf(found)!;
    const now = await this.alone((signal) => this.drop.identity(file, signal));
    const same = await this.alone((signal) => this.drop.identity(manifest, signal)) === manifestIdentity
      && (now === null || (read === undefined ? await this.sm3Of(file, now) === sm3 : now === read));
    if (!same) {
      throw transportFault('transport-changed', `${file} 采用后又被替换，未移走`, `${file} was replaced after it was taken and stays where it is`, { file });
    }
    this.context.passed?.('settling');
    // The same name however often a crash makes this begin again: what was moved half is not moved twice.
    const stamp = `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z-${manifestSm3.slice(0, 8)}`;
    for (const name of now === null ? [manifest] : [file, manifest]) {
      await this.alone((signal) => this.context.options['done'] === 'move' ? this.drop.move(name, `done/${stamp}-${name}`, signal) : this.drop.remove(name, signal));
      this.context.passed?.('settled');
    }
  }

  private async sm3Of(file: string, identity: string): Promise<string> {
    const hash = createHash('sm3');
    for await (const chunk of flowing(this.patience(), (signal) => this.drop.chunks(file, identity, signal))) hash.update(chunk);
    return hash.digest('hex');
  }

  private alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return patiently(this.patience(), work);
  }

  private patience(signal?: AbortSignal): Patience {
    const seconds = this.silence / 1000;
    const { place } = this.drop;
    return { signal, silence: this.silence, late: () => transportFault('transport-broken', `${place} 超过 ${seconds} 秒没有答复`, `${place} was silent for ${seconds} seconds`, { place, seconds }) };
  }
}

/** Only names that are names: no folder, nothing hidden, nothing that a log or a terminal would take for something else. */
function isSound(name: string): boolean {
  return !name.startsWith('.') && /^[^/\\\p{Cc}]{1,240}$/u.test(name);
}

function notPlain(rule: 'manifest-differs' | 'manifest-faulty', file: string): HubError {
  return transportFault(rule, `${file} 不是普通文件 (符号链接、管道等不读取)`, `${file} is not a plain file; symbolic links, pipes and the like are not read`, { file });
}
