/** Latest date that is not the future for a delivery as of `asOf`: the day after it, since suppliers' clocks differ. */
export function latestDateOf(asOf: Date): number {
  const day = new Date(asOf.getTime() + 32 * 3600 * 1000);
  return day.getUTCFullYear() * 10000 + (day.getUTCMonth() + 1) * 100 + day.getUTCDate();
}
