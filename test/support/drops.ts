import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { readHubCodes, readSources } from '../../libs/feeds/src/contract/read-contract.js';
import { transportFault, transportRuleOf } from '../../libs/feeds/src/transport/fault.js';
import type { Arrival, Look, Transport, TransportContext } from '../../libs/feeds/src/transport/transport.js';

const root = join(import.meta.dirname, '../..');
const SOUND = readFileSync(join(root, 'libs/feeds/src/contract/ok/places-only.yaml'), 'utf8');

/** A transport's context from a contract that says so, read as any contract is: what the contract may not say fails here. */
export async function contextOf(transport: Record<string, unknown>, credentials: Record<string, string> = {}): Promise<TransportContext> {
  const { hubCodes } = await readHubCodes(join(root, 'test'));
  const yaml = SOUND.replace(/^transport: .*$/m, `transport: ${JSON.stringify(transport)}`);
  const { contract, file } = readSources('feeds/parcel', new Map([['feed.yaml', yaml]]), hubCodes);
  if (!contract) throw new Error(`not a contract: ${JSON.stringify(file?.faults)}`);
  return {
    contract, options: contract.transport, clock: systemClock,
    async credential(name) {
      if (credentials[name] === undefined) throw transportFault('credential-missing', '没有', 'none');
      return credentials[name];
    },
  };
}

export function sm3(bytes: Buffer | string): string {
  return createHash('sm3').update(bytes).digest('hex');
}

/** A manifest that tells the truth of these bytes, but for what `lies` says; without a key where it says undefined. */
export function manifestOf(file: string, bytes: Buffer | string, lies: Record<string, unknown> = {}): string {
  return JSON.stringify({ file, rows: 1, sm3: sm3(bytes), bytes: Buffer.byteLength(bytes), ...lies });
}

/** What became of one arrival: its bytes, or the rule by which it was not taken. */
export interface Taken { arrival: Arrival; bytes?: Buffer; rule?: string | null; error?: unknown }

/** Takes what there is as a fetcher does: bytes are held against what was promised, a fault of one does not stop the others. */
export async function takeAll(transport: Transport, options: { signal?: AbortSignal; before?: (arrival: Arrival) => Promise<void> } = {}): Promise<{ taken: Taken[]; look: Look }> {
  const signal = options.signal ?? new AbortController().signal;
  const taken: Taken[] = [];
  const arrivals = transport.arrivals(null, signal);
  for (;;) {
    const next = await arrivals.next();
    if (next.done) return { taken, look: next.value };
    const arrival = next.value;
    await options.before?.(arrival);
    taken.push(await take(arrival, signal));
  }
}

export async function take(arrival: Arrival, signal: AbortSignal = new AbortController().signal): Promise<Taken> {
  try {
    const parts: Buffer[] = [];
    for await (const chunk of arrival.chunks(signal)) parts.push(Buffer.from(chunk));
    const bytes = Buffer.concat(parts);
    const { promised } = arrival;
    if ((promised?.bytes ?? bytes.length) !== bytes.length || promised?.sm3 !== sm3(bytes)) throw transportFault('manifest-differs', '不符', 'differs');
    return { arrival, bytes };
  } catch (error) {
    return { arrival, rule: transportRuleOf(error), error };
  }
}

/** Names with what became of them, in the order in which they came. */
export function outcomes(taken: readonly Taken[]): string[] {
  return taken.map(({ arrival, bytes, rule }) => `${arrival.fileName} ${bytes ? 'taken' : rule}`);
}
