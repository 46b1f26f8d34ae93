import type { ByteSource } from '#feeds';
import { RedrivenLines, type KeptLine } from '../redrive/redriven-lines.js';
import { Repairer } from '../redrive/repair.js';
import { RejectForms } from '../reject/reject-forms.js';
import type { ScanParts } from '../scan/scan-delivery.js';
import type { StagedSql } from '../table/staged-sql.js';
import type { Chapter } from './read-again.js';
import type { RejectStory } from './reject-story.js';

/** Rejects opened at once. */
const PAGE = 2000;

/**
 * What an order drives in the place it has now: its delivery as it is kept, or, where a delivery that came late has
 * rejected a record once more before it, that delivery's line of the record with the order's repairs.
 * @returns the rows of which it is so
 */
export async function drivenAnew({ database, keys }: ScanParts, story: RejectStory, sql: StagedSql, { run, contract, source, repairs }: Chapter): Promise<{ source: ByteSource; moved: number[] }> {
  const lines = new RedrivenLines(contract, new RejectForms(database, contract), new Repairer(keys, repairs ?? null), keys);
  const moved = await story.drive(sql, run.redrive!, async (line: KeptLine) => await lines.of(line) !== null);
  if (moved.length === 0) return { source, moved };
  const chunks = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from(lines.header);
    for (let last = 0; ;) {
      const page = await story.drivenLines(sql, run.redrive!, last, PAGE);
      if (page.length === 0) return;
      let text = '';
      for (const line of page) text += await lines.of(line);
      last = page.at(-1)!.row_no;
      yield Buffer.from(text);
    }
  };
  return { source: { name: source.name, size: source.size, chunks }, moved };
}
