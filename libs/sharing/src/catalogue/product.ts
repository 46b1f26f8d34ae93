import type { Text } from '#kernel';
import type { YamlFile } from '../load/yaml-file.js';
import type { FieldCatalogue } from './field-spec.js';

/** A data product: one entry of the catalogue, with the metadata of GB/T 21063. */
export interface Product {
  id: string;
  /** Resource code. */
  code: string;
  title: Text;
  summary: Text;
  provider: Text & { id: string; code: string };
  /** 无条件 / 有条件 / 不予共享, each with its legal basis. */
  share: { class: 'unconditional' | 'conditional' | 'none'; basis: Text; conditions?: Text; manner: Text };
  open: 'unconditional' | 'conditional' | 'none';
  format: string;
  updated: 'day' | 'week' | 'month' | 'term' | 'year';
  /** Data level, 1 to 4. */
  level: number;
  published: string;
  related: string[];
  /** Paths of the unified record, facets spelt out. */
  fields: string[];
}

const ID = /^[a-z][a-z0-9-]*$/;

/** Reads one product; undefined when it has faults, which stand in the file's list. */
export function readProduct(file: YamlFile, catalogue: FieldCatalogue): Product | undefined {
  if (!file.readable) return undefined;
  const id = file.text(['product'], ID);
  if (id !== undefined && id !== file.stem) file.fault(['product'], 'name', `与文件名 ${file.stem} 不符`, `differs from the file's name ${file.stem}`);
  const shareClass = file.oneOf(['share', 'class'], ['unconditional', 'conditional', 'none']);
  // Shandong Order 329: an item classed 有条件 or 不予 cites its legal basis, or it is not loaded. Asked of every item.
  const basis = file.words(['share', 'basis']);
  const conditions = shareClass === 'conditional' || file.has(['share', 'conditions']) ? file.words(['share', 'conditions']) : undefined;
  const manner = file.words(['share', 'manner']);
  const level = file.count(['level']);
  if (level !== undefined && level > 4) file.fault(['level'], 'level', '应为 1 至 4', 'must be 1 to 4');
  const product = {
    id,
    code: file.text(['code']),
    title: file.words(['title']),
    summary: file.words(['summary']),
    provider: { ...file.words(['provider']), id: file.text(['provider', 'id'], ID), code: file.text(['provider', 'code'], /^[0-9A-Z-]+$/) },
    share: { class: shareClass, basis, ...(conditions && { conditions }), manner },
    open: file.oneOf(['open'], ['unconditional', 'conditional', 'none']),
    format: file.text(['format']),
    updated: file.oneOf(['updated'], ['day', 'week', 'month', 'term', 'year']),
    level,
    published: file.date(['published']),
    related: file.has(['related']) ? file.texts(['related']) : [],
    fields: readFields(file, ['fields'], catalogue),
  };
  file.close();
  return file.faults.length === 0 ? (product as Product) : undefined;
}

/** A list of paths or whole facets, spelt out; each that does not exist is a fault of its own line. */
export function readFields(file: YamlFile, path: (string | number)[], catalogue: FieldCatalogue): string[] {
  const names = file.texts(path) ?? [];
  const fields = names.flatMap((name, i) => {
    const expanded = catalogue.expand(name);
    if (!expanded) file.fault([...path, i], 'unknown-field', `没有这个字段或专题:${name}`, `no contract supplies the field or facet ${name}`);
    return expanded ?? [];
  });
  return [...new Set(fields)];
}
