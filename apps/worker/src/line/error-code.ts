/** SQLSTATE or system error code. Messages of the database may quote values and are never kept. */
export function codeOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'unknown';
}
