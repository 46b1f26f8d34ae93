import { basename } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ContractFault } from './contract.js';
import type { Shape } from './contract-shape.js';

export type Path = readonly (string | number)[];

/**
 * One YAML file and every fault found in it, each with its line. Reading against a shape never throws
 * and never stops at the first fault: what could not be read is undefined, an empty list or an empty
 * mapping in the result, so that everything else can still be judged.
 */
export class ContractFile {
  readonly faults: ContractFault[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document;

  /** @param file the name faults carry, relative to the config folder */
  constructor(readonly file: string, source: string) {
    this.document = parseDocument(source, { lineCounter: this.lines, prettyErrors: false });
    // One broken bracket makes every later line look wrong: only the first place is told.
    const broken = this.document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
    for (const error of broken ? [broken] : this.document.errors) {
      const line = this.lines.linePos(error.pos[0]).line;
      if (broken) this.push(line, 'yaml-syntax', `YAML 语法错误: ${error.code}`, `not YAML: ${error.code}`);
      else this.push(line, 'key-repeated', '同一个键出现了两次', 'the same key stands twice');
    }
  }

  /** The whole file, read by its shape. Undefined when it is not YAML at all. */
  read(shape: Shape): unknown {
    if (this.faults.some((fault) => fault.rule === 'yaml-syntax')) return undefined;
    if (this.document.contents === null) {
      this.push(1, 'file-empty', '文件为空', 'the file is empty');
      return undefined;
    }
    return this.readNode(this.document.contents as Node, shape, []);
  }

  /** A part of the file, read by a shape that is known only once another part is. */
  readPart(path: Path, shape: Shape): unknown {
    const node = this.document.getIn(path, true);
    return node === undefined ? undefined : this.readNode(node as Node, shape, path);
  }

  fault(path: Path, rule: string, zh: string, en: string): void {
    this.push(this.lineOf(path), rule, zh, en);
  }

  /** The line where a path's key stands, or the nearest thing above it that exists. */
  lineOf(path: Path): number {
    let node: unknown = this.document.contents;
    let at = isNode(node) ? node.range?.[0] : 0;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
        if (pair === undefined) break;
        if (isNode(pair.key)) at = pair.key.range?.[0] ?? at;
        node = pair.value;
      } else if (isSeq(node)) {
        const item = node.items[Number(step)];
        if (!isNode(item)) break;
        at = item.range?.[0] ?? at;
        node = item;
      } else break;
    }
    return this.lines.linePos(at ?? 0).line;
  }

  private nameOf(path: Path): string {
    return path.length === 0 ? basename(this.file) : path.join('.');
  }

  private push(line: number, rule: string, zh: string, en: string): void {
    this.faults.push({ file: this.file, line, rule, text: { zh, en } });
  }

  private readNode(node: unknown, shape: Shape, path: Path): unknown {
    const name = this.nameOf(path);
    const wrong = (zh: string, en: string): undefined => {
      this.fault(path, 'type-wrong', `${name} 应为${zh}`, `${name} must be ${en}`);
      return undefined;
    };
    const value = isScalar(node) ? node.value : undefined;
    switch (shape.is) {
      case 'text': {
        if (typeof value !== 'string' || value === '') return wrong('文字 (数字须加引号)', 'text (quote a number)');
        if (shape.oneOf && !shape.oneOf.includes(value)) {
          const known = shape.oneOf.join(', ');
          this.fault(path, 'value-unknown', `${name}: 没有 “${value}” 这个取值; 可用: ${known}`, `${name}: there is no "${value}"; known: ${known}`);
          return undefined;
        }
        if (shape.like && !shape.like.test(value)) {
          this.fault(path, 'name-shape', `${name}: “${value}” 写法不对 (${shape.like.source})`, `${name}: "${value}" is not written as ${shape.like.source}`);
          return undefined;
        }
        return value;
      }
      case 'flag':
        return typeof value === 'boolean' ? value : wrong(' true 或 false', 'true or false');
      case 'flag-or':
        return typeof value === 'boolean' ? value : this.readNode(node, shape.other, path);
      case 'integer':
        return typeof value === 'number' && Number.isInteger(value) && value >= shape.min && value <= shape.max
          ? value
          : wrong(` ${shape.min} 至 ${shape.max} 的整数`, `a whole number from ${shape.min} to ${shape.max}`);
      case 'size': {
        const bytes = sizeOf(value);
        return bytes !== null && bytes >= 1 && bytes <= shape.max ? bytes : wrong('字节数, 如 1 MiB', 'a number of bytes such as 1 MiB');
      }
      case 'share': {
        const percent = typeof value === 'string' ? /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(value) : null;
        if (percent && Number(percent[1]) <= 100) return Number(percent[1]) / 100;
        this.fault(path, 'share-range', `${name} 应为 0% 至 100% 的比例`, `${name} must be a share from 0% to 100%`);
        return undefined;
      }
      case 'pattern':
        return this.readPattern(value, shape.groups, path);
      case 'list': {
        if (!isSeq(node) || node.items.length < (shape.min ?? 0)) {
          if (isSeq(node)) wrong('非空列表', 'a list that is not empty');
          else wrong('列表', 'a list');
          return [];
        }
        return node.items.map((item, i) => this.readNode(item, shape.of, [...path, i]));
      }
      case 'keys':
        return this.readKeys(node, shape, path);
      case 'entries': {
        const entries = new Map<string, unknown>();
        if (!isMap(node) || node.items.length < (shape.min ?? 0)) {
          if (isMap(node)) wrong('非空键值表', 'a mapping that is not empty');
          else wrong('键值表', 'a mapping');
          return entries;
        }
        for (const pair of node.items) {
          const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
          const here = [...path, key];
          if (shape.keys && !shape.keys.test(key)) {
            this.fault(here, 'name-shape', `“${key}” 写法不对 (${shape.keys.source})`, `"${key}" is not written as ${shape.keys.source}`);
            continue;
          }
          const read = this.readNode(pair.value, shape.of, here);
          if (read !== undefined) entries.set(key, read);
        }
        return entries;
      }
    }
  }

  private readKeys(node: unknown, shape: Extract<Shape, { is: 'keys' }>, path: Path): unknown {
    const name = this.nameOf(path);
    const read: Record<string, unknown> = {};
    if (!isMap(node)) {
      this.fault(path, 'type-wrong', `${name} 应为键值表`, `${name} must be a mapping`);
      return read;
    }
    const known = { ...shape.required, ...shape.optional };
    const present = new Set<string>();
    for (const pair of node.items) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      const here = [...path, key];
      present.add(key);
      if (Object.hasOwn(known, key)) read[key] = this.readNode(pair.value, known[key], here);
      else if (shape.open) read[key] = isNode(pair.value) ? pair.value.toJS(this.document) : null;
      else this.fault(here, 'key-unknown', `${name}: 不认识的键 “${key}”`, `${name}: unknown key "${key}"`);
    }
    for (const key of Object.keys(shape.required)) {
      if (!present.has(key)) this.fault(path, 'key-missing', `${name}: 缺少 “${key}”`, `${name}: "${key}" is missing`);
    }
    return read;
  }

  private readPattern(value: unknown, wanted: number, path: Path): RegExp | undefined {
    const name = this.nameOf(path);
    try {
      const pattern = new RegExp(String(value), 'u');
      // An alternative that matches nothing shows how many groups the pattern has.
      const groups = (new RegExp(`${pattern.source}|`, 'u').exec('')?.length ?? 1) - 1;
      if (typeof value === 'string' && value !== '' && groups >= wanted) return pattern;
    } catch {
      // Told below, with the same cure.
    }
    if (wanted === 0) this.fault(path, 'pattern-bad', `${name}: 应为正则表达式`, `${name}: must be a regular expression`);
    else this.fault(path, 'pattern-bad', `${name}: 应为含一个捕获组的正则表达式`, `${name}: must be a regular expression with one group`);
    return undefined;
  }
}

/** A file of settings read against a shape; `fault` adds what the shape cannot say, with its line. */
export function readConfigFile(name: string, source: string, shape: Shape): { value: unknown; faults: readonly ContractFault[]; fault: ContractFile['fault'] } {
  const file = new ContractFile(name, source);
  return { value: file.read(shape), faults: file.faults, fault: file.fault.bind(file) };
}

const UNITS: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

function sizeOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null;
  const parts = typeof value === 'string' ? /^(\d+)\s*(KiB|MiB|GiB)$/.exec(value) : null;
  return parts === null ? null : Number(parts[1]) * UNITS[parts[2]];
}
