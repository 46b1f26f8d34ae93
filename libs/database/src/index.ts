/*
 * Role: one PostgreSQL login and pool a stage, COPY streams, migrations, and tables planned from contracts.
 * Hides: how roles are made and limited, how passwords reach the server, how the catalogue is compared.
 * Reads: the SQL files of every lib's `schema` folder; architecture.cjs for their order; the PostgreSQL catalogue.
 * Writes: roles, schemas, `database.migration`, `database.applied_spec`, and what migrations and plans say.
 * Never: knows a table of another lib, builds a query for a caller, or reads a setting of the process.
 */
export { Database, type DatabaseOptions } from './connection/database.js';
export { passwordsFrom, ROLES, roleName, type Role } from './role/role.js';
export { copyIn, copyOut } from './copy/copy.js';
export { migrate, rollback, type MigrationOptions, type MigrationReport } from './migration/migrate.js';
export { pendingMigrations } from './migration/pending-migrations.js';
export { listMigrations, type Migration } from './migration/migration-files.js';
export { loadSql, fillSql, identifier } from './sql/load-sql.js';
export {
  planTables, applyPlan, type TableSpec, type ColumnSpec, type IndexSpec, type TablePlan, type PlannedChange,
} from './table/plan-tables.js';
