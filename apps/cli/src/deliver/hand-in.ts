import { basename, resolve } from 'node:path';
import { asOfOf, type FeedContract } from '#feeds';
import { HubError } from '#kernel';
import type { Ledger, Run } from '#runs';
import { fileStatOf } from '#staging';

/** One file as somebody hands it in; what is missing is taken from the contract. */
export interface Handed {
  contract: FeedContract;
  file: string;
  mode?: 'full' | 'delta' | undefined;
  asOf?: Date | undefined;
  batch?: string | undefined;
}

/** Runs that nobody works on any more, or not before people have decided. */
const ENDED = new Set<Run['state']>(['published', 'held', 'refused', 'failed', 'discarded']);

/** Hands a delivery in. Throws HUSHU-CLI-04 when there is no such file, HUSHU-CLI-05 when its time is not known. */
export async function handIn(ledger: Ledger, { contract, file, mode, asOf, batch }: Handed): Promise<Run> {
  const path = resolve(file);
  const { bytes, stat } = await fileStatOf(path).catch((cause: unknown) => { throw missing(file, cause); });
  return ledger.accept({
    feed: contract.feed, fileName: basename(path), filePath: path, fileBytes: bytes, fileStat: stat, contractVersion: contract.version,
    mode: mode ?? contract.mode, batchNo: batch ?? null, asOf: asOf ?? asOfOf(contract, basename(path)) ?? unnamed(contract, basename(path)),
  });
}

/** The run as it stands when its work has ended, or when people must decide. */
export async function waitForRun(ledger: Ledger, id: number, signal?: AbortSignal): Promise<Run> {
  for (let pause = 20; ; pause = Math.min(250, pause * 1.5)) {
    const run = await ledger.find(id);
    if (run && ENDED.has(run.state)) return run;
    signal?.throwIfAborted();
    await new Promise((done) => setTimeout(done, pause));
  }
}

function missing(file: string, cause: unknown): HubError {
  return new HubError({
    code: 'HUSHU-CLI-04', zh: `没有这个文件:${file}`, en: `There is no such file: ${file}`, cause,
    hintZh: '检查路径', hintEn: 'Check the path',
  });
}

function unnamed(contract: FeedContract, name: string): never {
  throw new HubError({
    code: 'HUSHU-CLI-05', zh: `文件名 ${name} 没有说明数据时点(应符合 ${contract.asOf.fileName.source})`,
    en: `The file name ${name} does not say its time (it should match ${contract.asOf.fileName.source})`,
    hintZh: '用 --as-of 指明', hintEn: 'Give it with --as-of',
  });
}
