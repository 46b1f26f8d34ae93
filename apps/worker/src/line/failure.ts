import { HubError } from '#kernel';
import type { RunReason } from '#runs';

/** A run or an order whose lease was given this often without an end is given up and shown to people. */
export const MOST_ATTEMPTS = 8;

/** SQLSTATE or system error code. Messages of the database may quote values and are never kept. */
export function codeOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'unknown';
}

/** Another worker holds it, or it was cancelled: nothing to do here. */
export function isLost(error: unknown): boolean {
  return (error as { code?: string }).code === 'HU001' || (error as { name?: string }).name === 'AbortError';
}

/** Whether trying again may help: lost connections, deadlocks and the like; not a mistake in a statement. */
export function mayPass(error: unknown): boolean {
  if (error instanceof HubError) return error.retry;
  return !/^(22|23|42)/.test(codeOf(error));
}

/** What people are told; `otherwise` of what has no words of its own. */
export function reasonOf(error: unknown, otherwise: RunReason): RunReason {
  return error instanceof HubError ? { rule: error.code, text: error.text, hint: error.hint } : otherwise;
}
