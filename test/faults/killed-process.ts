import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs one of the small workers beside this file, told where to end itself as kill -9 would. @returns false when it ended without coming by */
export async function killedAt(program: string, point: string, order: object): Promise<boolean> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), JSON.stringify({ ...order, killAt: point })], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (text) => { told += String(text); });
  const end = await new Promise<string>((resolve, reject) => child.once('error', reject).once('close', (code, signal) => resolve(String(signal ?? code))));
  if (end !== 'SIGKILL' && end !== '0') throw new Error(`${program}, to be killed at ${point}, ended with ${end}\n${told}`);
  return end === 'SIGKILL';
}
