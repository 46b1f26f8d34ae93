import { prefersChinese } from '#services';
import type { HubError, Text } from '#kernel';

/** Data on stdout, talk on stderr; with `--json` the data is one JSON document. */
export class Output {
  readonly chinese = prefersChinese();

  constructor(readonly json: boolean) {}

  /** The command's result: `value` for programs, `plain` for people. */
  data(value: unknown, plain: string | (() => string)): void {
    const text = this.json ? JSON.stringify(value, undefined, 2) : typeof plain === 'string' ? plain : plain();
    if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** A word to whoever watches. */
  say(text: Text): void {
    process.stderr.write(`${this.word(text)}\n`);
  }

  error(error: HubError): void {
    if (this.json) return void process.stderr.write(`${JSON.stringify({ error: error.toJSON() })}\n`);
    process.stderr.write(`${error.code} ${this.word(error.text)}\n`);
    if (error.hint) process.stderr.write(`${this.chinese ? '办法' : 'What to do'}: ${this.word(error.hint)}\n`);
  }

  word(text: Text): string {
    return this.chinese ? text.zh : text.en;
  }

  /** A moment as people here read it: Beijing time, YYYY-MM-DD HH:MM:SS. In JSON every time says its offset. */
  time(at: Date | null): string {
    return at === null ? '' : new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  }

  /** Rows under their headings, in columns as wide as they need; a Chinese character takes two places. */
  table(headings: Text[], rows: (string | number)[][]): string {
    const lines = [headings.map((heading) => this.word(heading)), ...rows.map((row) => row.map(String))];
    const widths = headings.map((_, at) => Math.max(...lines.map((line) => width(line[at] ?? ''))));
    return lines.map((line) => line.map((cell, at) => cell + ' '.repeat(widths[at]! - width(cell))).join('  ').trimEnd()).join('\n');
  }
}

function width(text: string): number {
  let places = 0;
  for (const character of text) places += character.codePointAt(0)! > 0x2e7f ? 2 : 1;
  return places;
}
