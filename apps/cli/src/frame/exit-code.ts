/** What a command's end tells a script. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notReady: 3, partial: 4, denied: 5 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
