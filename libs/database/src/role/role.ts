/** Every login of the hub, in the order data takes. `reader` is not here: it owns published views and never logs in. */
export const ROLES = [
  'migrate', 'runs', 'access', 'feeds', 'staging', 'reconcile', 'registry', 'spine', 'apply', 'sharing', 'operations', 'watch', 'exchange',
] as const;

export type Role = (typeof ROLES)[number];

/** The PostgreSQL name of a role. */
export function roleName(role: Role | 'reader'): string {
  return `hushu_${role}`;
}

/** Each role's password, taken from the hub's own secrets, so that none is ever written down or asked for. */
export function passwordsFrom(secret: (name: string, bytes: number) => Buffer): (role: Role) => string {
  return (role) => secret(`database/${role}`, 24).toString('base64url');
}

/** The roles whose part of one publish transaction `apply` takes, step by step, with SET LOCAL ROLE. */
export const APPLY_TAKES: readonly Role[] = ['runs', 'staging', 'reconcile', 'registry', 'spine'];

/** What each role may keep the server waiting for, in milliseconds; 0 is no limit. */
export interface RoleLimits {
  /** One statement. */
  statement: number;
  /** A transaction that is open while its client says nothing: a frozen worker must not block its successor. */
  idleInTransaction: number;
  /** A whole transaction; set only where the server knows it (PostgreSQL 17). */
  transaction: number;
}

const SERVING: RoleLimits = { statement: 30_000, idleInTransaction: 10_000, transaction: 60_000 };
const BULK: RoleLimits = { statement: 0, idleInTransaction: 60_000, transaction: 3_600_000 };

/** Limits by role: those that answer a caller are short, those that move a delivery may take their time. */
export function limitsOf(role: Role): RoleLimits {
  switch (role) {
    case 'access': case 'sharing': case 'operations': case 'runs': case 'feeds': case 'watch': case 'exchange': return SERVING;
    case 'migrate': return { statement: 0, idleInTransaction: 600_000, transaction: 0 };
    case 'staging': case 'reconcile': case 'registry': case 'spine': case 'apply': return BULK;
  }
}
