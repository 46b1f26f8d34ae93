import type { Database } from '#database';
import { loadSql } from '#database';
import type { FeedContract, LineFormat } from '#feeds';

/** How the raw lines of a run's rejects are to be read: columns in the delivery's order, and its format. */
export interface RejectForm { columns: readonly string[]; format: LineFormat }

/** The forms of the runs one pass over rejects meets, each read once. Of a run that kept none it is the contract's. */
export class RejectForms {
  private readonly known = new Map<number, RejectForm>();
  private readonly contracted: RejectForm;

  constructor(private readonly database: Database, contract: Pick<FeedContract, 'fields' | 'format'>) {
    this.contracted = { columns: contract.fields.map((field) => field.column), format: contract.format };
  }

  async of(run: number): Promise<RejectForm> {
    const known = this.known.get(run);
    if (known !== undefined) return known;
    const { rows } = await this.database.pool('staging').query<RejectForm>(loadSql(import.meta.dirname, 'form'), [run]);
    const form = rows[0] ?? this.contracted;
    this.known.set(run, form);
    return form;
  }
}
