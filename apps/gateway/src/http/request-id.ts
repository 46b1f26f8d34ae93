import { randomBytes } from 'node:crypto';

/** Ids of requests: unlike any other process's, and cheap. */
export function requestIds(): () => string {
  const start = randomBytes(9).toString('base64url');
  let n = 0;
  return () => `${start}-${(n++).toString(36)}`;
}
