/** A table as a lib wants it, made from a contract rather than from a migration. */
export interface TableSpec {
  schema: string;
  name: string;
  comment: string;
  columns: ColumnSpec[];
  primaryKey?: string[];
  indexes?: IndexSpec[];
  /** Grants, policies and views that belong to the table: run after it stands, and again whenever it changed. Idempotent. */
  statements?: string[];
}

export interface ColumnSpec {
  name: string;
  /** As SQL has it; any spelling of the type will do. */
  type: string;
  notNull?: boolean;
  /** An SQL expression. */
  default?: string;
  comment: string;
}

export interface IndexSpec {
  name: string;
  /** Column names, or SQL expressions in parentheses. */
  columns: string[];
  unique?: boolean;
  where?: string;
}

/** What would be done to bring the store to the specs, in order; nothing has been changed yet. */
export interface TablePlan {
  statements: string[];
  summary: PlannedChange[];
}

export interface PlannedChange {
  /** schema.table */
  relation: string;
  /** In plain English: `create`, `add column phone uuid`, `drop index x_y` … */
  change: string;
  /** Stored values, or a view nobody in this plan makes again, would be lost. */
  destructive: boolean;
}
