import { systemClock, type HubError } from '#kernel';
import type { ContractFault, FeedContract } from '../contract/contract.js';
import { readSources } from '../contract/read-contract.js';
import { transportFault } from './fault.js';
import { httpTransport } from './http.js';
import type { Patience } from './http/patience.js';
import type { Cursor, Look, Transport } from './transport.js';

/** As many tries as ever, without the waits between them. */
export const PATIENT: Patience = { tries: 5, firstMs: 1, longestMs: 2000 };

const SECRETS: Readonly<Record<string, string>> = { supplier: 'the-secret-of-the-spec', client: 'hub:the-secret-of-the-spec' };

export async function credentialOf(name: string): Promise<string> {
  if (!Object.hasOwn(SECRETS, name)) throw transportFault('credential-missing', '没有凭据', 'no such credential', { credential: name });
  return SECRETS[name];
}

/** @param options as they stand in a feed.yaml */
export function httpContract(options: string, format = 'ndjson'): { contract: FeedContract | null; faults: ContractFault[] } {
  const yaml = `
feed: parcel
title: { zh: 包裹, en: Parcels }
supplier: { id: fiction-post, zh: 虚构邮局, en: Fiction Post }
origin: local
coverage: partial
transport: { kind: http, ${options} }
format: { kind: ${format} }
mode: full
asOf: { fileName: '(\\d{14})' }
schedule: { every: month }
freshness: { overdueAfterDays: 40 }
limits: { shrink: 0%, rejects: 100% }
key: [编号]
stamp: 更新时间
fields:
  编号: { as: parcel_no, title: Number, type: text, required: true }
  姓名: { as: receiver, title: Receiver, type: text }
  更新时间: { as: changed_at, title: Changed at, type: stamp }
`;
  const { contract, file, faults } = readSources('feeds/parcel', new Map([['feed.yaml', yaml]]), new Map());
  return { contract, faults: [...(file?.faults ?? []), ...faults] };
}

export async function openHttp(options: Record<string, unknown>, patience = PATIENT): Promise<{ transport: Transport; arrivals: Transport['arrivals'] }> {
  const { contract } = httpContract('url: https://service.example/');
  const transport = await httpTransport(patience).open({ contract: contract!, options, credential: credentialOf, clock: systemClock });
  return { transport, arrivals: (cursor, signal) => transport.arrivals(cursor, signal) };
}

export interface Fetched { arrivals: { id: string; fileName: string; asOf?: Date; text: string; cursor: Cursor | null; empty: boolean }[]; look: Look }

/** A whole fetch, as the fetcher does it. */
export async function deliver(options: Record<string, unknown>, cursor: Cursor | null = null, patience = PATIENT): Promise<Fetched> {
  const { transport, arrivals } = await openHttp(options, patience);
  const { signal } = new AbortController();
  const found: Fetched['arrivals'] = [];
  try {
    const coming = arrivals(cursor, signal);
    for (;;) {
      const { done, value } = await coming.next();
      if (done === true) return { arrivals: found, look: value };
      const pieces: Buffer[] = [];
      for await (const chunk of value.chunks(signal)) pieces.push(Buffer.from(chunk));
      const { id, fileName, asOf } = value;
      found.push({ id, fileName, asOf, text: Buffer.concat(pieces).toString(), cursor: value.cursor(), empty: value.empty?.() ?? false });
    }
  } finally {
    await transport.close();
  }
}

/** The fault a fetch must end with. */
export async function refusalOf(fetch: () => Promise<unknown>): Promise<HubError & { details: Record<string, unknown> }> {
  try {
    await fetch();
  } catch (error) {
    return error as HubError & { details: Record<string, unknown> };
  }
  throw new TypeError('the fetch went through');
}
