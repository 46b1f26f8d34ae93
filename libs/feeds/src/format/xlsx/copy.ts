/** Copies `from[start..end)`. Cells are short, and Buffer.copy costs more than twenty bytes moved one by one. */
export function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): void {
  if (end - start > 48) {
    from.copy(to, at, start, end);
    return;
  }
  let o = at;
  for (let i = start; i < end; i++) to[o++] = from[i];
}
