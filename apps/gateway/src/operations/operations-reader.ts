import { Injectable, Inject } from '@nestjs/common';
import { Database, loadSql } from '#database';

/** Reads the published views of the ledger and of staging, as the login that sees nothing else: one statement a file beside. */
@Injectable()
export class OperationsReader {
  constructor(@Inject(Database) private readonly database: Database) {}

  async rows(name: string, values: unknown[]): Promise<Record<string, unknown>[]> {
    const { rows } = await this.database.pool('operations').query<Record<string, unknown>>({
      name: `operations-${name}`, text: loadSql(import.meta.dirname, name), values,
    });
    return rows;
  }
}
