import type { ParquetParsers, SchemaElement } from 'hyparquet';

const utf8 = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');

/** Dates and times as ISO 8601 text: a time of midnight is a date, as that is what most of those are. */
export const TEXT_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis: bigint) => moment(millis, 1_000n, 3),
  timestampFromMicroseconds: (micros: bigint) => moment(micros, 1_000_000n, 6),
  timestampFromNanoseconds: (nanos: bigint) => moment(nanos, 1_000_000_000n, 9),
  dateFromDays: (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10),
  stringFromBytes: utf8,
  jsonFromBytes: utf8,
};

/** How the values of one column become text; null when a column holds no single value a row. */
export type ToText = (value: unknown) => string;

/**
 * What writes a column's values. A decimal or a time of day is taken out of the reader's hands (it would make a rounded number of the
 * one, a bare count of the other): its element is changed to the bare number it is stored as.
 */
export function textOf(element: SchemaElement, hasChildren: boolean): ToText | null {
  const { converted_type: converted, logical_type: logical } = element;
  if (hasChildren || element.repetition_type === 'REPEATED' || converted === 'INTERVAL' || converted === 'BSON') return null;
  if (logical?.type === 'GEOMETRY' || logical?.type === 'GEOGRAPHY' || logical?.type === 'VARIANT') return null;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0);
    bareNumber(element);
    return (value) => decimal(value as number | bigint | Uint8Array, scale);
  }
  if (converted === 'TIME_MILLIS' || converted === 'TIME_MICROS' || logical?.type === 'TIME') {
    const digits = converted === 'TIME_MILLIS' || (logical?.type === 'TIME' && logical.unit === 'MILLIS') ? 3 : logical?.type === 'TIME' && logical.unit === 'NANOS' ? 9 : 6;
    bareNumber(element);
    return (value) => timeOfDay(BigInt(value as number | bigint), 10n ** BigInt(digits), digits);
  }
  if (logical?.type === 'DATE') element.converted_type = 'DATE';
  if (element.type === 'FLOAT') return (value) => (Number.isNaN(value) ? '' : shortest(value as number));
  return plain;
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  return value instanceof Uint8Array ? utf8(value)! : String(value);
}

function bareNumber(element: SchemaElement): void {
  delete element.converted_type;
  delete element.logical_type;
}

/** The shortest digits that are the same single-precision number. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

function decimal(value: number | bigint | Uint8Array, scale: number): string {
  const unscaled = value instanceof Uint8Array ? signed(value) : BigInt(value);
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Two's complement, most significant byte first. */
function signed(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function moment(count: bigint, perSecond: bigint, digits: number): string {
  const rest = ((count % perSecond) + perSecond) % perSecond;
  const seconds = (count - rest) / perSecond;
  const date = new Date(Number(seconds) * 1000).toISOString();
  if (rest === 0n && seconds % 86_400n === 0n) return date.slice(0, -'T00:00:00.000Z'.length);
  return `${date.slice(0, -'.000Z'.length)}${fraction(rest, digits)}`;
}

function timeOfDay(count: bigint, perSecond: bigint, digits: number): string {
  const rest = count % perSecond;
  return `${new Date(Number((count - rest) / perSecond) * 1000).toISOString().slice(11, 19)}${fraction(rest, digits)}`;
}

function fraction(rest: bigint, digits: number): string {
  return rest === 0n ? '' : `.${String(rest).padStart(digits, '0').replace(/0+$/, '')}`;
}
