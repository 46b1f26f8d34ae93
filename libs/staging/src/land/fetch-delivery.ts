import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asOfOf, transportFault, type Arrival, type Cursor, type FeedContract, type Promised } from '#feeds';
import { discard, type Keys } from '#keys';
import { killPoint, type FetchLease, type FetchLedger, type Run } from '#runs';

/** An arrival's bytes as the hub keeps them: sealed, whole and on disk. */
interface Spooled { path: string; bytes: number; sm3: string }

/** Takes in what transports yield: the bytes into the store of deliveries, then the run; each arrival once. */
export class FetchedDeliveries {
  private taken = 0;

  /** `folder`: the store of sealed deliveries. What is fetched is always kept there: nobody else has it for us. */
  constructor(private readonly folder: string, private readonly keys: Keys, private readonly fetches: FetchLedger) {}

  /** Where the feed's fetch goes on. */
  cursorOf(sealed: Buffer | null): Cursor | null {
    return sealed === null ? null : JSON.parse(this.keys.sealer().openBytes(sealed).toString()) as Cursor;
  }

  /**
   * Clears away what fetches of this feed that died had written and no run has. Whoever holds the lease may do so:
   * all others are refused from now on.
   */
  async clearLeft({ feed, token }: FetchLease): Promise<number> {
    const folder = join(this.folder, feed);
    const names = await readdir(folder).catch(() => []);
    const spools = names.filter((name) => name.startsWith('fetch-') && !name.startsWith(`fetch-${token}-`)).map((name) => join(folder, name));
    if (spools.length === 0) return 0;
    const kept = await this.fetches.storedOf(feed, spools);
    const left = spools.filter((path) => !kept.has(path));
    for (const path of left) await rm(path, { force: true });
    return left.length;
  }

  /**
   * Fetches one arrival and accepts it.
   * @returns its run; null when it holds no row or was accepted before
   * @throws HubError with rule manifest-differs, manifest-faulty, or whatever its transport throws: nothing was accepted then
   */
  async take(lease: FetchLease, contract: FeedContract, arrival: Arrival, signal: AbortSignal): Promise<Run | null> {
    const asOf = arrival.asOf ?? asOfOf(contract, arrival.fileName) ?? unnamed(contract, arrival.fileName);
    const spooled = await this.spool(lease, arrival, signal);
    const cursor = arrival.cursor();
    const sealed = cursor === null ? null : this.keys.sealer().sealBytes(Buffer.from(JSON.stringify(cursor)));
    if (arrival.empty?.() === true) {
      await rm(spooled.path, { force: true });
      killPoint('fetch.empty', 0);
      if (sealed !== null) await this.fetches.moveCursor(lease, sealed);
      killPoint('fetch.moved', 0);
      return null;
    }
    killPoint('fetch.spooled', 0);
    // When this fails nobody knows whether it was committed: the file stays until the next fetch has looked.
    const run = await this.fetches.accept(lease, {
      fileName: arrival.fileName, fileBytes: spooled.bytes, contractVersion: contract.version, mode: arrival.mode ?? contract.mode,
      batchNo: arrival.batchNo ?? null, asOf, storedPath: spooled.path, ...(arrival.promised?.rows === undefined ? {} : { promisedRows: arrival.promised.rows }),
    }, { arrivalId: arrival.id, sm3: spooled.sm3, cursor: sealed });
    if (run === null) await rm(spooled.path, { force: true });
    else killPoint('fetch.accepted', run.id);
    return run;
  }

  /** Seals an arrival's bytes as they come, under a name nobody outside has a say in. It appears whole or not at all. */
  private async spool({ feed, token }: FetchLease, arrival: Arrival, signal: AbortSignal): Promise<Spooled> {
    const folder = join(this.folder, feed);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, `fetch-${token}-${++this.taken}.sealed`);
    const part = `${path}.part`;
    const hash = createHash('sm3');
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of arrival.chunks(signal)) {
        if (bytes === 0) killPoint('fetch.spooling', 0);
        hash.update(chunk);
        bytes += chunk.length;
        // The stream may hold on to it while the next is asked for, from when on it is not valid.
        yield Buffer.from(chunk);
      }
    };
    const target = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true });
    try {
      await pipeline(counted, this.keys.sealer().sealStream(), target, { signal });
      const sm3 = hash.digest('hex');
      killPoint('fetch.sealed', 0);
      checkPromised(arrival.fileName, arrival.promised ?? {}, bytes, sm3);
      await rename(part, path);
      const directory = await open(folder, 'r');
      await directory.sync().finally(() => directory.close());
      return { path, bytes, sm3 };
    } catch (error) {
      await discard(target);
      throw error;
    }
  }
}

/** Rows are counted when the delivery is staged. */
function checkPromised(name: string, promised: Promised, bytes: number, sm3: string): void {
  if (promised.bytes !== undefined && promised.bytes !== bytes) {
    throw transportFault('manifest-differs', `清单称 ${name} 有 ${promised.bytes} 字节，实有 ${bytes}`,
      `The manifest speaks of ${promised.bytes} bytes in ${name}, there are ${bytes}`, { file: name, promised: promised.bytes, bytes });
  }
  if (promised.sm3 !== undefined && promised.sm3.toLowerCase() !== sm3) {
    throw transportFault('manifest-differs', `${name} 的 SM3 与清单所列不符`, `The SM3 of ${name} is not the one its manifest has`, { file: name });
  }
}

function unnamed(contract: FeedContract, name: string): never {
  const { source } = contract.asOf.fileName;
  throw transportFault('manifest-faulty', `文件名 ${name} 没有说明数据时点（应符合 ${source}），清单也没有`,
    `Neither the file name ${name} (it should match ${source}) nor its manifest says its time`, { file: name });
}
