import type { FeedContract } from './contract.js';

/** When the supplier says its file was so: YYYYMMDD[HHMMSS] in the file's name, in Chinese time; null when it does not say. */
export function asOfOf(contract: Pick<FeedContract, 'asOf'>, name: string): Date | null {
  const digits = contract.asOf.fileName.exec(name)?.[1];
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$/.exec(digits ?? '') ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return digits === undefined || Number.isNaN(time.getTime()) ? null : time;
}
