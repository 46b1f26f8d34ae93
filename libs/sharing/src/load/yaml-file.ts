import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Text } from '#kernel';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** One fault of a file of the district, where it stands and how to cure it. */
export interface FileFault { file: string; line: number; rule: string; text: Text }

type Path = (string | number)[];

/**
 * One YAML file read by asking for its parts: each `get` returns the part or notes a fault with its line and
 * returns undefined, so that one reading names all that is wrong. `close` notes the keys nobody asked for.
 */
export class YamlFile {
  readonly faults: FileFault[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;
  private readonly asked = new Set<string>();

  constructor(readonly path: string, text: string = readFileSync(path, 'utf8')) {
    this.document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true, prettyErrors: false });
    for (const error of this.document.errors) {
      this.faults.push({
        file: path, line: this.lines.linePos(error.pos[0]).line, rule: 'yaml',
        text: { zh: `YAML 语法错误:${error.message}`, en: `YAML: ${error.message}` },
      });
    }
  }

  get readable(): boolean {
    return this.document.errors.length === 0;
  }

  /** The file's name without folder and ending: the id its content must carry. */
  get stem(): string {
    return basename(this.path).replace(/\.ya?ml$/, '');
  }

  fault(path: Path, rule: string, zh: string, en: string): undefined {
    this.faults.push({ file: this.path, line: this.lineOf(path), rule, text: { zh: `${path.join('.')}:${zh}`, en: `${path.join('.')}: ${en}` } });
    return undefined;
  }

  has(path: Path): boolean {
    return this.document.hasIn(path);
  }

  text(path: Path, pattern?: RegExp): string | undefined {
    const value = this.scalar(path);
    if (value === undefined) return this.missing(path);
    if (typeof value !== 'string' || value === '') return this.fault(path, 'text', '应为文字', 'must be text');
    if (pattern && !pattern.test(value)) return this.fault(path, 'shape', '写法不合规', `must match ${pattern.source}`);
    return value;
  }

  words(path: Path): Text | undefined {
    const zh = this.text([...path, 'zh']);
    const en = this.text([...path, 'en']);
    return zh === undefined || en === undefined ? undefined : { zh, en };
  }

  oneOf<T extends string>(path: Path, allowed: readonly T[]): T | undefined {
    const value = this.text(path);
    if (value === undefined) return undefined;
    if (!(allowed as readonly string[]).includes(value)) {
      return this.fault(path, 'choice', `只能是 ${allowed.join('、')}`, `must be one of ${allowed.join(', ')}`);
    }
    return value as T;
  }

  count(path: Path): number | undefined {
    const value = this.scalar(path);
    if (value === undefined) return this.missing(path);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
      return this.fault(path, 'count', '应为正整数', 'must be a whole number of at least 1');
    }
    return value;
  }

  flag(path: Path): boolean | undefined {
    const value = this.scalar(path);
    if (value === undefined) return this.missing(path);
    return typeof value === 'boolean' ? value : this.fault(path, 'flag', '应为 true 或 false', 'must be true or false');
  }

  /** A date, YYYY-MM-DD. */
  date(path: Path): string | undefined {
    const value = this.text(path, /^\d{4}-\d{2}-\d{2}$/);
    if (value !== undefined && Number.isNaN(Date.parse(value))) return this.fault(path, 'date', '日期不存在', 'no such date');
    return value;
  }

  texts(path: Path): string[] | undefined {
    this.note(path);
    const node = this.document.getIn(path, true);
    if (node === undefined || node === null) return this.missing(path);
    if (!isSeq(node)) return this.fault(path, 'list', '应为列表', 'must be a list');
    return node.items.flatMap((item, i) => {
      const value: unknown = isScalar(item) ? item.value : undefined;
      this.note([...path, i]);
      if (typeof value === 'string' && value !== '') return [value];
      this.fault([...path, i], 'text', '应为文字', 'must be text');
      return [];
    });
  }

  /** The keys of a map, in order. */
  keys(path: Path): string[] | undefined {
    this.note(path);
    const node = this.document.getIn(path, true);
    if (node === undefined || node === null) return this.missing(path);
    if (!isMap(node)) return this.fault(path, 'map', '应为键值', 'must be a map');
    return node.items.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key));
  }

  /** How many items a list has; 0 when there is no list. */
  length(path: Path): number {
    this.note(path);
    const node = this.document.getIn(path, true);
    if (node === undefined || node === null) return 0;
    if (isSeq(node)) return node.items.length;
    this.fault(path, 'list', '应为列表', 'must be a list');
    return 0;
  }

  /** Names the keys nobody asked for: a misspelt key must not be passed over. */
  close(): void {
    if (!this.readable) return;
    const visit = (node: unknown, path: Path): void => {
      if (isMap(node)) {
        for (const pair of node.items) {
          const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
          const at = [...path, key];
          if (this.asked.has(at.join('\0'))) visit(pair.value, at);
          else this.fault(at, 'unknown-key', '没有这个键', 'there is no such key');
        }
      } else if (isSeq(node)) node.items.forEach((item, i) => { visit(item, [...path, i]); });
    };
    visit(this.document.contents, []);
  }

  private scalar(path: Path): unknown {
    this.note(path);
    const value = this.document.getIn(path);
    return value === null ? undefined : value;
  }

  private missing(path: Path): undefined {
    return this.fault(path, 'missing', '缺少', 'is missing');
  }

  private note(path: Path): void {
    for (let n = 1; n <= path.length; n++) this.asked.add(path.slice(0, n).join('\0'));
  }

  /** The line of a part, or of the nearest part around it that is there. */
  private lineOf(path: Path): number {
    for (let n = path.length; n > 0; n--) {
      const node = this.keyNode(path.slice(0, n)) ?? (this.document.getIn(path.slice(0, n), true) as Node | undefined);
      if (node?.range) return this.lines.linePos(node.range[0]).line;
    }
    return 1;
  }

  private keyNode(path: Path): Node | undefined {
    const parent = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return undefined;
    return parent.items.find((pair) => isScalar(pair.key) && pair.key.value === path.at(-1))?.key as Node | undefined;
  }
}
