import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubError } from '#kernel';
import { openTable } from './table-file.js';

/** A folder for one spec's files. */
export class TableFolder {
  readonly place = mkdtempSync(join(tmpdir(), 'hushu-table-'));
  private count = 0;

  /** Writes a file and gives its path. */
  file(content: string | Uint8Array, name = `${this.count++}.csv`): string {
    const path = join(this.place, name);
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.place, { recursive: true, force: true });
  }
}

/** A whole table; all of its columns where none are asked for. */
export async function readTable(file: string, columns?: string[]): Promise<{ columns: readonly string[]; rows: string[][]; batches: number[] }> {
  const table = await openTable(file);
  try {
    const rows: string[][] = [];
    const batches: number[] = [];
    for await (const batch of table.rows(columns ?? table.columns)) {
      rows.push(...batch);
      batches.push(batch.length);
    }
    return { columns: table.columns, rows, batches };
  } finally {
    await table.close();
  }
}

/** The fault a promise ends with. */
export async function faultOf(promise: Promise<unknown>): Promise<HubError> {
  return promise.then(() => { throw new Error('there was no fault'); }, (fault: HubError) => fault);
}
