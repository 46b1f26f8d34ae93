import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** The root of the checkout, seen from where this is compiled to. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `median (least – most)`. */
export function withSpread(values: readonly number[], digits = 0): string {
  const shown = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
  return `${shown(median(values))} (${shown(Math.min(...values))} – ${shown(Math.max(...values))})`;
}

/** What the figures were measured on. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

/** Replaces one section of docs/benchmarks.md, leaving the others as they stand. */
export function writeSection(name: string, title: string, text: string): void {
  const file = join(ROOT, 'docs', 'benchmarks.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '# Benchmarks\n\nWritten by `npm run bench`; every figure is a median of interleaved runs, its spread in brackets.\n';
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const section = `${begin}\n## ${title}\n\n${text.trim()}\n${end}`;
  const at = before.indexOf(begin);
  const after = at < 0 ? `${before.trimEnd()}\n\n${section}\n` : before.slice(0, at) + section + before.slice(before.indexOf(end, at) + end.length);
  writeFileSync(file, after);
}

/** `--name value` and `--name` of a command line. */
export function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1] ?? '';
}

/** Resident memory of a process, in MiB. */
export function residentOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
}
