import { payloadColumn, payloadFields, stagedColumnOf } from '../row/columns.js';
import { checkTransport } from '../transport/transports.js';
import type { HubCodes } from './code-map.js';
import type { ContractFile, Path } from './contract-file.js';
import type { FeedContract, FieldContract, FieldType, RoleContract } from './contract.js';

/** Columns every staged row has for itself; a field of that name would be taken for it. */
const RESERVED_COLUMNS = new Set([
  'subject_key', 'source_key', 'role', 'row_no', 'row_hash', 'warn', 'run', 'stamp', 'person', 'state', 'rule',
  'name_fold', 'address_key', 'closed_as_of', 'closed_known', 'closed_run',
]);
/** What every facet row has for itself. */
const RESERVED_ATTRIBUTES = new Set([
  'person', 'validFrom', 'validTo', 'knownFrom', 'knownTo', 'sourceFeed', 'sourceRun', 'sourceKey',
]);
/** Which type a role's part must have. */
const PART_TYPES: Record<string, FieldType> = {
  document: 'document', name: 'name', formerName: 'name', sex: 'code', birthDate: 'date',
  phone: 'phone', address: 'address', addressCode: 'text', division: 'division',
};
const DATED: FieldType[] = ['date', 'month', 'stamp'];

/**
 * Everything in one contract that its shape alone cannot say: references, types that must fit, names that must differ.
 * Parts that could not be read are undefined here whatever their type says; they were named already and are passed over.
 */
export function checkContract(contract: FeedContract, file: ContractFile, hub: HubCodes): void {
  checkFields(contract, file, hub);
  checkDelivery(contract, file);
  checkTransport(contract, file);
  checkRoles(contract, file);
  checkUses(contract, file);
  checkSupplies(contract, file, hub);
}

function columnFinder(contract: FeedContract, file: ContractFile) {
  const byColumn = new Map(contract.fields.map((field) => [field.column, field]));
  return (path: Path, column: string | undefined, types?: FieldType[]): FieldContract | undefined => {
    if (column === undefined) return undefined;
    const field = byColumn.get(column);
    if (field === undefined) {
      file.fault(path, 'column-unknown', `字段 “${column}” 不存在`, `there is no column "${column}"`);
    } else if (types && field.type !== undefined && !types.includes(field.type)) {
      const wanted = types.join(' / ');
      file.fault(path, 'column-type', `字段 “${column}” 应为 ${wanted} 类型`, `column "${column}" must be of type ${wanted}`);
    }
    return field;
  };
}

function checkFields(contract: FeedContract, file: ContractFile, hub: HubCodes): void {
  const find = columnFinder(contract, file);
  const names = new Map<string, string>();
  for (const field of contract.fields) {
    const path = ['fields', field.column];
    const other = names.get(field.as);
    if (other !== undefined && field.as !== undefined) {
      file.fault([...path, 'as'], 'name-repeated', `“${field.as}” 已用于字段 “${other}”`, `"${field.as}" is already the name of column "${other}"`);
    }
    names.set(field.as, field.column);
    if (RESERVED_COLUMNS.has(field.as)) {
      file.fault([...path, 'as'], 'name-reserved', `“${field.as}” 是系统保留列名`, `"${field.as}" is a column of the hub's own`);
    }
    if (field.type === 'code' && field.codes === undefined) {
      file.fault(path, 'key-missing', '代码字段缺少 “codes”', 'a code needs "codes"');
    }
    if (field.codes !== undefined && field.type !== undefined && field.type !== 'code') {
      file.fault([...path, 'codes'], 'key-unfit', `“codes” 只用于代码字段`, '"codes" belongs to a code only');
    } else if (field.codes !== undefined && !hub.has(field.codes)) {
      file.fault([...path, 'codes'], 'list-unknown', `没有代码表 “${field.codes}”`, `there is no code list "${field.codes}"`);
    }
    if (field.type === 'document') {
      const kind = field.kind as { column?: string; is?: string } | undefined;
      if (kind === undefined || (kind.column === undefined) === (kind.is === undefined)) {
        file.fault(path, 'kind-missing', '证件号码须说明证件类型: kind: { column } 或 { is }', 'a document needs its kind: { column } or { is }');
      } else if (kind.column !== undefined) {
        const written = find([...path, 'kind', 'column'], kind.column, ['code']);
        if (written?.type === 'code' && written.codes !== 'document-kind') {
          file.fault([...path, 'kind', 'column'], 'column-type', '证件类型字段须使用代码表 document-kind', "a document's kind must use the list document-kind");
        }
      } else if (hub.has('document-kind') && !hub.get('document-kind')?.has(String(kind.is))) {
        file.fault([...path, 'kind', 'is'], 'code-unknown', `代码 ${kind.is} 不在 document-kind 中`, `code ${kind.is} is not in document-kind`);
      }
    } else if (field.kind !== undefined && field.type !== undefined) {
      file.fault([...path, 'kind'], 'key-unfit', `“kind” 只用于证件号码`, '"kind" belongs to a document only');
    }
    if (field.type === 'text' && field.protection === 'number' && !contract.key.includes(field.column)) {
      file.fault([...path, 'protection'], 'number-in-clear', '含号码的文字字段只能作主键 (整体令牌化)', 'a text that holds a number can only be a key, tokenised whole');
    }
    if (field.column === contract.operation?.field && !field.required) {
      file.fault(path, 'operation-optional', '操作类型字段须为必填', 'the operation must be a required column');
    }
  }
  const columns = new Map<string, string>();
  for (const field of payloadFields(contract)) {
    const column = payloadColumn(contract, field);
    const other = columns.get(column);
    if (other !== undefined && field.as !== undefined && other !== field.as) {
      file.fault(['fields', field.column, 'as'], 'name-repeated', `列名 “${column}” 重复`, `the column "${column}" would stand twice`);
    }
    columns.set(column, field.as);
  }
}

function checkDelivery(contract: FeedContract, file: ContractFile): void {
  const find = columnFinder(contract, file);
  contract.key.forEach((column, i) => {
    const field = find(['key', i], column);
    if (field && !field.required) {
      file.fault(['fields', column], 'key-optional', `主键字段 “${column}” 须为必填`, `the key column "${column}" must be required`);
    }
  });
  contract.quality.forEach((one, i) => {
    find(['quality', i, 'field'], one.field);
    if (one.fail > one.warn) file.fault(['quality', i], 'threshold-order', '“fail” 不得高于 “warn”', '"fail" must not be above "warn"');
  });
  find(['stamp'], contract.stamp, ['stamp']);
  find(['operation', 'field'], contract.operation?.field, ['text', 'code']);
  if (contract.operation) {
    const { add, change, remove } = contract.operation;
    if (add === change || change === remove || add === remove) {
      file.fault(['operation'], 'operation-repeated', '增、改、删须各不相同', 'add, change and remove must differ');
    }
  }
  if (contract.mode === 'delta' && contract.operation === undefined) {
    file.fault(['mode'], 'operation-missing', '增量数据须说明 “operation”', 'a delta feed needs "operation"');
  }
  const { kind, widths, encoding } = contract.format;
  if (kind === 'fixed-width') {
    if (widths === undefined) file.fault(['format'], 'key-missing', '定长文本缺少 “widths”', 'fixed width needs "widths"');
    else if (widths.length !== contract.fields.length) {
      file.fault(['format', 'widths'], 'widths-count', `列宽 ${widths.length} 个, 字段 ${contract.fields.length} 个`, `${widths.length} widths for ${contract.fields.length} columns`);
    }
  } else if (widths !== undefined && kind !== undefined) {
    file.fault(['format', 'widths'], 'key-unfit', '“widths” 只用于定长文本', '"widths" belongs to fixed width only');
  }
  if (kind === 'xlsx' && encoding !== 'utf-8') {
    file.fault(['format', 'encoding'], 'encoding-unfit', 'xlsx 只有 utf-8 编码', 'xlsx is always utf-8');
  }
  if (contract.fields.length > contract.format.limits.columns) {
    file.fault(['format', 'limits', 'columns'], 'columns-limit', '字段数超过列数上限', 'there are more columns than the limit allows');
  }
}

function checkRoles(contract: FeedContract, file: ContractFile): void {
  const find = columnFinder(contract, file);
  if (contract.spine && contract.roles.length !== 1) {
    file.fault(['spine'], 'spine-roles', '主库数据源须恰有一个角色', 'the spine speaks of exactly one person a row');
  }
  contract.roles.forEach((role, index) => {
    const path = ['roles', role.role];
    for (const [part, type] of Object.entries(PART_TYPES)) {
      const column = role[part as keyof RoleContract] as string | undefined;
      const field = find([...path, part], column, [type]);
      if (part === 'sex' && field?.type === 'code' && field.codes !== 'sex') {
        file.fault([...path, part], 'column-type', '性别字段须使用代码表 sex', 'the sex of a role must use the list sex');
      }
    }
    if (role.document === undefined && role.name === undefined) {
      file.fault(path, 'role-empty', `角色 “${role.role}” 既无证件也无姓名`, `role "${role.role}" has neither document nor name`);
    }
    if (role.sex !== undefined && role.sexIs !== undefined) {
      file.fault([...path, 'sexIs'], 'key-unfit', '“sex” 与 “sexIs” 只能有一个', 'either "sex" or "sexIs"');
    }
    if (index === 0 && !role.payload) {
      file.fault([...path, 'payload'], 'payload-first', '第一个角色总是承载业务字段', 'the first role always carries the payload');
    }
  });
}

function checkUses(contract: FeedContract, file: ContractFile): void {
  const find = columnFinder(contract, file);
  contract.facts.forEach((fact, i) => {
    roleOf(contract, file, ['facts', i, 'role'], fact.role);
    for (const part of ['from', 'to', 'seen'] as const) find(['facts', i, part], fact[part], ['date', 'month', 'stamp']);
  });
  contract.checks.forEach((check, i) => {
    if (check.role !== undefined) roleOf(contract, file, ['checks', i, 'role'], String(check.role));
    if (check.rule === undefined) return;
    const part = check.rule === 'sex-differs' ? 'sex' : 'birthDate';
    const able = contract.roles.some((r) => r.document !== undefined && (r[part] !== undefined || (part === 'sex' && r.sexIs !== undefined)));
    if (!able) {
      file.fault(['checks', i], 'check-idle', `没有角色可作 ${check.rule} 检查`, `no role has what ${check.rule} compares`);
    }
  });
  contract.identifies.forEach((part, i) => {
    if (part === undefined) return;
    const mapped = contract.roles.some((r) => r[part] !== undefined || (part === 'sex' && r.sexIs !== undefined));
    if (!mapped) file.fault(['identifies', i], 'part-unmapped', `没有角色给出 “${part}”`, `no role has "${part}"`);
  });
}

function roleOf(contract: FeedContract, file: ContractFile, path: Path, name: string | undefined): RoleContract | undefined {
  if (name === undefined) return undefined;
  const role = contract.roles.find((r) => r.role === name);
  if (role === undefined) file.fault(path, 'role-unknown', `没有角色 “${name}”`, `there is no role "${name}"`);
  return role;
}

function checkSupplies(contract: FeedContract, file: ContractFile, hub: HubCodes): void {
  const find = columnFinder(contract, file);
  const supplied = new Set<string>();
  contract.supplies.forEach((supply, i) => {
    const path: Path = ['supplies', i];
    const role = roleOf(contract, file, [...path, 'role'], supply.role);
    const reach = (here: Path, column: string | undefined, types?: FieldType[]): void => {
      const field = find(here, column, types);
      if (field && role && stagedColumnOf(contract, role, field.column) === null) {
        file.fault(here, 'column-out-of-role', `角色 “${role.role}” 的暂存行没有字段 “${column}”`, `the staged row of role "${role.role}" does not hold "${column}"`);
      }
    };
    for (const [attribute, column] of Object.entries(supply.attributes)) {
      const here = [...path, 'attributes', attribute];
      const name = `${supply.facet}.${attribute}`;
      if (supplied.has(`${supply.role} ${name}`)) {
        file.fault(here, 'attribute-repeated', `${name} 提供了两次`, `${name} is supplied twice`);
      }
      supplied.add(`${supply.role} ${name}`);
      if (RESERVED_ATTRIBUTES.has(attribute)) {
        file.fault(here, 'name-reserved', `“${attribute}” 是系统保留名`, `"${attribute}" is a name of the hub's own`);
      }
      reach(here, column);
    }
    reach([...path, 'since'], supply.since, DATED);
    reach([...path, 'until'], supply.until, DATED);
    supply.latest.forEach((column, k) => reach([...path, 'latest', k], column));
    if (supply.when) {
      reach([...path, 'when', 'column'], supply.when.column, ['code']);
      const list = contract.fields.find((f) => f.column === supply.when?.column)?.codes;
      supply.when.in?.forEach((code, k) => {
        if (code !== undefined && list !== undefined && hub.has(list) && !hub.get(list)?.has(code)) {
          file.fault([...path, 'when', 'in', k], 'code-unknown', `代码 ${code} 不在 ${list} 中`, `code ${code} is not in ${list}`);
        }
      });
    }
  });
}
