/** One line of the log. Holds ids, codes and places, never a value of a person. */
export type Log = (entry: { level: 'info' | 'warn' | 'error'; [key: string]: unknown }) => void;

export const logToStdout: Log = (entry) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
};
