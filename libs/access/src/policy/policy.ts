/** What a client's token may be for. */
export const SCOPES = ['persons', 'operations', 'exchange'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who is calling, as the gateway found out from a token. */
export interface Caller {
  client: string;
  department: string;
  scopes: readonly Scope[];
  /** The only grant this client may use; any its department holds when missing. */
  grant: string | undefined;
  /** The person who acts by this client; undefined: nobody does, it only reads. */
  officer: string | undefined;
  /** The neighbour hub that calls; undefined: no hub does. */
  neighbour: string | undefined;
  /** The feeds its department supplies, on which its officers act; null: every feed, since the department runs the hub. */
  feeds: readonly string[] | null;
}

/** Who may call a route. Every route of a door carries exactly one, by name. */
export interface Policy {
  name: string;
  /** anyone: no token is looked at. proof: the route itself checks who calls (the token endpoint). scope: a token with this scope. */
  admits: { anyone: true } | { proof: true } | { scope: Scope };
}

export const POLICIES = {
  open: { name: 'open', admits: { anyone: true } },
  token: { name: 'token', admits: { proof: true } },
  persons: { name: 'persons', admits: { scope: 'persons' } },
  operations: { name: 'operations', admits: { scope: 'operations' } },
  exchange: { name: 'exchange', admits: { scope: 'exchange' } },
} as const satisfies Record<string, Policy>;

export type PolicyName = keyof typeof POLICIES;

export function isPolicyName(name: unknown): name is PolicyName {
  return typeof name === 'string' && Object.hasOwn(POLICIES, name);
}

/** Why a caller is not let in by a policy, or undefined when they are. */
export function refusal(policy: Policy, caller: Caller | undefined): 'token-missing' | 'scope-missing' | undefined {
  if (!('scope' in policy.admits)) return undefined;
  if (!caller) return 'token-missing';
  return caller.scopes.includes(policy.admits.scope) ? undefined : 'scope-missing';
}

export function isScope(name: string): name is Scope {
  return (SCOPES as readonly string[]).includes(name);
}
